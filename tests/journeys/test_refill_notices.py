"""Mails about refills: the patient is told of the answer, and a doctor or the desk that a request waits."""

import re
from typing import Any

import pytest

from tests import databases
from tests.hospital import Hospital, Person, free_times
from tests.mailbox import confirm_email, mails, next_mail, text_of
from tests.world import made

ANSWERED = "CarePlus Hospital hat Ihnen geantwortet"
WAITS = "A request waits for your answer"
ITEM = {"medicine": "Ramipril 5 mg", "dose": "1 tablet", "route": "oral", "frequency": "daily", "duration_days": 90}


def rows(hospital: Hospital, account_id: int) -> list[tuple[str, str]]:
    query = "SELECT kind, state FROM notices WHERE account_id = ? AND kind LIKE 'refill%' ORDER BY id"
    return databases.query(hospital.database, query, account_id)


def prescription(doctor: Person, patient: Person) -> int:
    body = {"patient_id": patient.id, "items": [{**ITEM, "repeats": 2}]}
    return int(made(doctor.http.post("/api/doctor/prescriptions", json=body))["id"])


def ask(patient: Person, prescription_id: int) -> int:
    return int(made(patient.http.post(f"/api/prescriptions/{prescription_id}/refill"))["id"])


@pytest.mark.parametrize(
    "answer",
    [{"answer": "prescribed"}, {"answer": "declined", "text": "Not any more."}, {"answer": "visit_needed", "text": "Come in."}],
    ids=["prescribed", "declined", "visit_needed"],
)
def test_patient_is_told_of_the_answer(hospital: Hospital, admin: Person, answer: dict[str, Any]) -> None:
    name = answer["answer"].replace("_", ".")
    doctor = hospital.add_doctor(admin, f"dr.{name}@example.org", "Dr Nora Told", f"Notices {name}")
    to = f"told.{name}@example.org"
    patient = hospital.register(to, "Toni Told", language="de")
    confirm_email(hospital, patient, to, language="de")
    at = free_times(patient.http, doctor.id, days=20)[0]
    made(patient.http.post("/api/appointments", json={"doctor_id": doctor.id, "starts_at": at.isoformat()}))
    refill = ask(patient, prescription(doctor, patient))
    assert "/doctor" in text_of(next_mail(hospital, f"dr.{name}@example.org", WAITS))
    for _ in range(2):
        made(doctor.http.put(f"/api/doctor/refills/{refill}", json=answer), 200)
    mail = next_mail(hospital, to, ANSWERED)
    assert text_of(mail).split("\r\n")[2].endswith("/home")
    assert not {"Nora", "Told", "Toni", "Ramipril"} & set(re.findall(r"\w+", mail.as_string())), "no names, nothing clinical"
    assert re.fullmatch(r"<notice-\d+-\d+@localhost>", mail["Message-ID"])
    assert [kind for kind, _ in rows(hospital, patient.id)] == ["refill_answered"]
    for person in (doctor, patient):
        person.http.close()


def test_doctor_gets_one_mail_for_several_requests(hospital: Hospital, admin: Person) -> None:
    doctor = hospital.add_doctor(admin, "dr.daily@example.org", "Dr Dai Ly", "Notices daily")
    patients = [hospital.register(f"daily.{number}@example.org", "Dana Day") for number in range(3)]
    asked = []
    for number, patient in enumerate(patients):
        at = free_times(patient.http, doctor.id, days=20)[number]
        made(patient.http.post("/api/appointments", json={"doctor_id": doctor.id, "starts_at": at.isoformat()}))
        asked.append(ask(patient, prescription(doctor, patient)))
        next_mail(hospital, "dr.daily@example.org", WAITS)
    assert len([mail for mail in mails(hospital, "dr.daily@example.org") if mail["Subject"] == WAITS]) == 1
    assert rows(hospital, doctor.id) == [("refills_wait", "sent"), ("refills_wait", "waiting")]
    withdrawn = made(patients[0].http.put(f"/api/refills/{asked[0]}/withdraw"), 200)
    assert (withdrawn["status"], rows(hospital, patients[0].id)) == ("withdrawn", [])
    for person in (doctor, *patients):
        person.http.close()
