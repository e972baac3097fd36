"""Mails about visits in a running hospital: each change, the patient's choice, the link of a reminder, and the call list."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import httpx
import pytest

from tests.hospital import Hospital, Person, free_times
from tests.mailbox import confirm_email, mails, next_mail
from tests.notices import NOTICES, notice_of, opt_out_token
from tests.test_every_endpoint import check_problem
from tests.world import made

CHOICES = "/api/me/notices"
DEFAULT: dict[str, Any] = {
    **{"reminder": "24h", "own_bookings": True, "results": True, "referrals": True, "refills": True},
    "channel": "email",
}


@dataclass
class Clinic:
    hospital: Hospital
    desk: Person
    doctor: Person
    colleague: Person

    def times(self) -> list[datetime]:
        return free_times(self.desk.http, self.doctor.id, days=20)[150:]

    def patient(self, name: str, **more: str) -> Person:
        email = f"{name}@notices.example"
        person = self.hospital.register(email, f"{name.capitalize()} Noticed", **more)
        confirm_email(self.hospital, person, email, language=more.get("language", "en"))
        return person

    def book(self, patient: Person) -> dict[str, Any]:
        body = {"doctor_id": self.doctor.id, "starts_at": self.times()[0].isoformat(), "reason": "Secret rash"}
        return made(patient.http.post("/api/appointments", json=body))

    def rearrange(self, visit_id: int, **change: Any) -> dict[str, Any]:
        return made(self.desk.http.put(f"/api/admin/appointments/{visit_id}", json=change), 200)


@pytest.fixture(scope="module")
def clinic(hospital: Hospital, admin: Person) -> Iterator[Clinic]:
    desk = hospital.invite(admin, "desk@notices.example", "Dana Desk", "reception")
    doctor = hospital.add_doctor(admin, "doc@notices.example", "Dr Nora Notice", "Urology")
    colleague = hospital.add_doctor(admin, "col@notices.example", "Dr Carl Colleague", "Urology")
    yield Clinic(hospital, desk, doctor, colleague)
    for person in (desk, doctor, colleague):
        person.http.close()


def test_patient_is_mailed_what_they_book_and_cancel(clinic: Clinic) -> None:
    patient = clinic.patient("berta")
    visit = clinic.book(patient)
    notice = notice_of(clinic.desk.http, visit["id"], "booked", "sent")
    assert (notice["patient"]["id"], notice["visit"]["id"]) == (patient.id, visit["id"])
    [mail] = [one for one in mails(clinic.hospital, "berta@notices.example") if one["Subject"].startswith("Your appointment on")]
    said = mail.get_body(("plain",))
    assert said is not None
    assert "Dr Nora Notice\n" in said.get_content().replace("\r", "")
    shown = made(patient.http.get(f"/api/appointments/{visit['id']}/check-in"), 200)
    assert shown["url"] in said.get_content()
    assert not {"rash", "Urology", "Noticed"} & set(mail.as_string().split())
    made(patient.http.put(f"/api/appointments/{visit['id']}/cancel", json={"reason": "Rash is gone"}), 200)
    notice_of(clinic.desk.http, visit["id"], "cancelled", "sent")
    patient.http.close()


def test_visit_reassigned_by_the_desk_is_told_once(clinic: Clinic) -> None:
    patient = clinic.patient("clara", language="de")
    visit = clinic.book(patient)
    for _ in range(2):
        clinic.rearrange(visit["id"], doctor_id=clinic.colleague.id)
    items = made(clinic.desk.http.get(NOTICES, params={"appointment_id": visit["id"]}), 200)["items"]
    assert [one["kind"] for one in items] == ["visit_reassigned", "visit_booked"]
    assert items[0]["visit"]["doctor"]["full_name"] == "Dr Carl Colleague"
    patient.http.close()


def test_patient_without_address_is_on_the_call_list(clinic: Clinic) -> None:
    body = {"full_name": "Nils Noaddress", "date_of_birth": "1931-02-03", "sex": "male", "phone": "+49 30 5550-7777"}
    patient = made(clinic.desk.http.post("/api/reception/patients", json=body))
    starts = clinic.times()
    wanted = {"patient_id": patient["id"], "doctor_id": clinic.doctor.id, "starts_at": starts[5].isoformat()}
    visit = made(clinic.desk.http.post("/api/admin/appointments", json=wanted))["id"]
    notice_of(clinic.desk.http, visit, "booked", "no_address")

    def to_call() -> list[dict[str, Any]]:
        query = {"to_call": True, "patient_id": patient["id"]}
        return list(made(clinic.desk.http.get(NOTICES, params=query), 200)["items"])

    assert to_call() == [], "the patient was there when it was booked"
    clinic.rearrange(visit, starts_at=starts[7].isoformat())
    moved = notice_of(clinic.desk.http, visit, "moved", "no_address")
    assert [(one["id"], one["patient"]["phone"]) for one in to_call()] == [(moved["id"], "+49 30 5550-7777")]
    called = made(clinic.desk.http.put(f"{NOTICES}/{moved['id']}/called"), 200)
    assert called["called_by"]["full_name"] == "Dana Desk"
    assert made(clinic.desk.http.put(f"{NOTICES}/{moved['id']}/called"), 200)["called_at"] == called["called_at"]
    assert to_call() == []


def test_moved_away_time_leaves_the_call_list(clinic: Clinic) -> None:
    body = {"full_name": "Mila Movedaway", "date_of_birth": "1940-02-03", "sex": "female"}
    patient = made(clinic.desk.http.post("/api/reception/patients", json=body))["id"]
    starts = clinic.times()
    wanted = {"patient_id": patient, "doctor_id": clinic.doctor.id, "starts_at": starts[15].isoformat()}
    visit = made(clinic.desk.http.post("/api/admin/appointments", json=wanted))["id"]
    for number in (16, 18):
        clinic.rearrange(visit, starts_at=starts[number].isoformat())
    clinic.rearrange(visit, status="cancelled")
    last = notice_of(clinic.desk.http, visit, "cancelled", "no_address")
    items = made(clinic.desk.http.get(NOTICES, params={"to_call": True, "patient_id": patient}), 200)["items"]
    assert [one["id"] for one in items] == [last["id"]]


def test_notice_is_sent_again_after_the_address_is_confirmed(clinic: Clinic) -> None:
    email = "dora@notices.example"
    patient = clinic.hospital.register(email, "Dora Noticed")
    visit = clinic.book(patient)
    notice = notice_of(clinic.desk.http, visit["id"], "booked", "no_address")
    confirm_email(clinic.hospital, patient, email)
    again = made(clinic.desk.http.put(f"{NOTICES}/{notice['id']}/resend"), 200)
    assert (again["state"], again["attempts"]) == ("waiting", 0)
    sent = notice_of(clinic.desk.http, visit["id"], "booked", "sent")
    assert next_mail(clinic.hospital, email, mails(clinic.hospital, email)[-1]["Subject"])
    for step in ("resend", "called"):
        check_problem(clinic.desk.http.put(f"{NOTICES}/{sent['id']}/{step}"), 409)
    patient.http.close()


def test_patient_chooses_mails(clinic: Clinic) -> None:
    patient = clinic.patient("emma")
    assert made(patient.http.get(CHOICES), 200) == {**DEFAULT, "texts": False}
    chosen = {**DEFAULT, "reminder": "48h", "own_bookings": False, "results": False, "channel": "text"}
    for _ in range(2):
        assert made(patient.http.put(CHOICES, json=chosen), 200) == {**chosen, "texts": False}
    assert made(patient.http.get(CHOICES), 200) == {**chosen, "texts": False}
    visit = clinic.book(patient)
    notice_of(clinic.desk.http, visit["id"], "booked", "withdrawn")
    clinic.rearrange(visit["id"], status="cancelled", reason="The doctor is ill")
    check_problem(patient.http.put(CHOICES, json={**DEFAULT, "reminder": "12h"}), 422)
    patient.http.close()


def test_link_of_a_reminder_only_switches_reminders_off(clinic: Clinic) -> None:
    patient = clinic.patient("frida")
    made(patient.http.put(CHOICES, json={**DEFAULT, "reminder": "48h", "referrals": False}), 200)
    path = f"/api/notices/reminders-off/{opt_out_token(clinic.hospital, patient.id)}"
    with clinic.hospital.client() as http:
        assert http.get(path).status_code == 200
        assert made(patient.http.get(CHOICES), 200)["reminder"] == "48h", "opening the link changes nothing"
        for _ in range(2):
            # as mail programs post it (RFC 8058)
            assert post_form(http, path).status_code == 204
        assert made(patient.http.get(CHOICES), 200) == {**DEFAULT, "reminder": "off", "referrals": False, "texts": False}
        # a browser, or a program that checks links
        opened = http.get(path)
        assert (opened.status_code, opened.headers["content-type"]) == (200, "text/html; charset=utf-8")
        assert f"/reminders-off#token={path.rpartition('/')[2]}" in opened.text
        forged = path.replace(f"/{patient.id}-", f"/{clinic.doctor.id}-")
        check_problem(post_form(http, forged), 403)
    patient.http.close()


def post_form(http: httpx.Client, path: str) -> httpx.Response:
    return http.post(path, data={"List-Unsubscribe": "One-Click"})
