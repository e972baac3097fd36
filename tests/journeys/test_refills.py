"""Refills: a patient asks, a doctor answers; a prescriber that is away leaves no request without a person who sees it."""

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests import databases
from tests.hospital import Hospital, Person, free_times
from tests.world import made

RAMIPRIL = {"medicine": "Ramipril 5 mg", "dose": "1 tablet", "route": "oral", "frequency": "daily", "duration_days": 90}
AMLODIPINE = {**RAMIPRIL, "medicine": "Amlodipine 5 mg"}
OTHERS = ("Atorvastatin 20 mg", "Metformin 500 mg", "Levothyroxine 50 mcg")
"""Medicines beside the first one, because the check refuses a second prescription of one."""


@dataclass
class Practice:
    """A doctor who treats the patient, a colleague who does not, and the desk."""

    hospital: Hospital
    admin: Person
    patient: Person
    stranger: Person
    doctor: Person
    colleague: Person
    names: Iterator[str]

    def prescription(self, *items: dict[str, Any], repeats: int = 2) -> int:
        chosen = items or ({**RAMIPRIL, "medicine": next(self.names)},)
        body = {"patient_id": self.patient.id, "items": [{**item, "repeats": repeats} for item in chosen]}
        answer = self.doctor.http.post("/api/doctor/prescriptions", json=body)
        if answer.status_code == 409:
            overrides = [{"key": one["key"], "reason": "Both are wanted"} for one in answer.json()["alerts"]]
            answer = self.doctor.http.post("/api/doctor/prescriptions", json={**body, "overrides": overrides})
        return int(made(answer)["id"])

    def ask(self, prescription_id: int, **body: Any) -> Any:
        return self.patient.http.post(f"/api/prescriptions/{prescription_id}/refill", json=body)

    def request(self, **body: Any) -> int:
        """Return the id of a request for a new prescription."""
        return int(made(self.ask(self.prescription(), **body))["id"])

    def answer(self, doctor: Person, refill_id: int, answer: str, **body: Any) -> Any:
        return doctor.http.put(f"/api/doctor/refills/{refill_id}", json={"answer": answer, **body})

    def change(self, statement: str, *values: Any) -> None:
        databases.execute(self.hospital.database, statement, *values)

    def take_time_off(self, doctor: Person, days: int = 7) -> int:
        """Begin time off now, in the database: the service takes none that has begun."""
        later = datetime.now(UTC) + timedelta(days=40)
        body = {"starts_at": later.isoformat(), "ends_at": (later + timedelta(days=1)).isoformat()}
        time_off_id = int(made(doctor.http.post("/api/doctor/time-off", json=body))["id"])
        now = datetime.now(UTC)
        span = [f"{at:%Y-%m-%dT%H:%M:%SZ}" for at in (now - timedelta(hours=1), now + timedelta(days=days))]
        self.change("UPDATE time_off SET starts_at = ?, ends_at = ? WHERE id = ?", *span, time_off_id)
        return time_off_id

    def visit(self, doctor: Person, number: int = 0) -> int:
        at = free_times(self.patient.http, doctor.id, days=20)[number]
        return int(
            made(self.patient.http.post("/api/appointments", json={"doctor_id": doctor.id, "starts_at": at.isoformat()}))["id"]
        )


def open_of(doctor: Person, **query: Any) -> dict[int, Any]:
    found = made(doctor.http.get("/api/doctor/refills", params={"limit": 100, **query}), 200)
    return {one["id"]: one for one in found["items"]}


def at_desk(admin: Person, unowned: bool = True) -> dict[int, Any]:
    found = made(admin.http.get("/api/admin/refills", params={"limit": 100, "unowned": unowned}), 200)
    return {one["id"]: one for one in found["items"]}


@pytest.fixture
def practice(hospital: Hospital, admin: Person, request: pytest.FixtureRequest) -> Iterator[Practice]:
    name = re.sub("[^a-z]+", "-", request.node.name.removeprefix("test_"))[-40:].strip("-")
    doctor, colleague = (
        hospital.add_doctor(admin, f"{part.lower()}.{name}@example.org", f"Dr {part} {name}", f"Refills {name}")
        for part in ("Rana", "Rolf")
    )
    patient = hospital.register(f"refill.{name}@example.org", "Rita Fill", date_of_birth="1961-02-03", phone="+49 30 5550 1111")
    stranger = hospital.register(f"other.{name}@example.org", "Otto Other")
    practice = Practice(hospital, admin, patient, stranger, doctor, colleague, iter(("Ramipril 5 mg", *OTHERS)))
    practice.visit(doctor)
    yield practice
    for person in (doctor, colleague, patient, stranger):
        person.http.close()


def test_request_is_prescribed_with_one_repeat_less(practice: Practice) -> None:
    old = practice.prescription(RAMIPRIL, AMLODIPINE)
    asked = made(practice.ask(old, note="One more week"))
    assert (asked["status"], asked["doctor"]["id"]) == ("open", practice.doctor.id)
    waiting = open_of(practice.doctor)[asked["id"]]
    assert (waiting["asks_you"], waiting["note"], waiting["patient"]["date_of_birth"]) == (True, "One more week", "1961-02-03")
    assert [(item["medicine"], item["repeats"]) for item in waiting["items"]] == [("Ramipril 5 mg", 2), ("Amlodipine 5 mg", 2)]
    assert waiting["facts"] == {
        "phone": "+49 30 5550 1111",
        "allergy_status": "not_asked",
        "allergies": [],
        "last_visit_at": None,
    }
    assert made(practice.doctor.http.get("/api/doctor/refills/counts"), 200) == {"open": 1}
    answered = made(practice.answer(practice.doctor, asked["id"], "prescribed", text="Measure your blood pressure."), 200)
    assert (answered["status"], answered["facts"]) == ("prescribed", None)
    new = made(practice.patient.http.get(f"/api/prescriptions/{answered['renewed_as']['id']}"), 200)
    assert [(item["medicine"], item["repeats"]) for item in new["items"]] == [("Ramipril 5 mg", 1), ("Amlodipine 5 mg", 1)]
    seen = made(practice.patient.http.get(f"/api/refills/{asked['id']}"), 200)
    assert (seen["text"], seen["answered_by"]["id"]) == ("Measure your blood pressure.", practice.doctor.id)
    tasks = made(practice.patient.http.get("/api/me/summary"), 200)["to_do"]
    assert ("refill_prescribed", new["id"], "Ramipril 5 mg") in [(one["kind"], one["id"], one["about"]) for one in tasks]
    assert open_of(practice.doctor) == {}
    assert practice.ask(old).json()["renewed_as"] == answered["renewed_as"]
    assert practice.ask(old).json()["obstacle"] == "renewed"
    assert practice.ask(new["id"]).status_code == 201


def test_same_answer_again_prescribes_once(practice: Practice) -> None:
    refill = practice.request()
    first = made(practice.answer(practice.doctor, refill, "prescribed"), 200)
    assert made(practice.answer(practice.doctor, refill, "prescribed"), 200) == first
    refused = practice.answer(practice.doctor, refill, "declined", text="No longer needed.")
    assert (refused.status_code, refused.json()["current"]) == (409, "prescribed")


@pytest.mark.parametrize("answer", ["declined", "visit_needed"])
def test_other_answers_need_a_text_for_the_patient(practice: Practice, answer: str) -> None:
    refill = practice.request()
    for text in ({}, {"text": "   "}):
        assert practice.answer(practice.doctor, refill, answer, **text).status_code == 422
    made(practice.answer(practice.doctor, refill, answer, text="Come in first."), 200)
    seen = made(practice.patient.http.get(f"/api/refills/{refill}"), 200)
    assert (seen["status"], seen["text"], seen["renewed_as"]) == (answer, "Come in first.", None)
    tasks = made(practice.patient.http.get("/api/me/summary"), 200)["to_do"]
    assert ("refill_answered", seen["prescription"]["id"]) in [(one["kind"], one["id"]) for one in tasks]
    assert practice.ask(seen["prescription"]["id"]).status_code == 201


def test_last_repeat_is_renewed_only_if_the_doctor_says_so(practice: Practice) -> None:
    refill = made(practice.ask(practice.prescription(repeats=0)))["id"]
    refused = practice.answer(practice.doctor, refill, "prescribed")
    assert (refused.json()["code"], refused.json()["medicines"]) == ("no_repeats_left", ["Ramipril 5 mg"])
    answered = made(practice.answer(practice.doctor, refill, "prescribed", new_repeats=3), 200)
    new = made(practice.patient.http.get(f"/api/prescriptions/{answered['renewed_as']['id']}"), 200)
    assert [item["repeats"] for item in new["items"]] == [3]


def test_one_item_is_renewed_and_the_other_later(practice: Practice) -> None:
    old = practice.prescription(RAMIPRIL, AMLODIPINE)
    refill = made(practice.ask(old, items=[1]))
    assert [item["medicine"] for item in refill["items"]] == ["Amlodipine 5 mg"]
    made(practice.answer(practice.doctor, refill["id"], "prescribed"), 200)
    assert practice.ask(old, items=[1]).json()["obstacle"] == "renewed"
    assert [item["position"] for item in made(practice.ask(old))["items"]] == [0]


def test_unknown_item_is_refused_by_name(practice: Practice) -> None:
    refused = practice.ask(practice.prescription(), items=[0, 1])
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "body.items")


def test_recorded_allergy_refuses_a_renewal(practice: Practice) -> None:
    refill = practice.request()
    allergies = {"allergies": [{"substance": "Ramipril", "severity": "severe", "certainty": "confirmed"}]}
    made(practice.doctor.http.put(f"/api/doctor/patients/{practice.patient.id}/allergies", json=allergies), 200)
    [noted] = open_of(practice.doctor)[refill]["facts"]["allergies"]
    assert (noted["substance"], noted["certainty"]) == ("Ramipril", "confirmed")
    refused = practice.answer(practice.doctor, refill, "prescribed")
    assert (refused.status_code, refused.json()["code"]) == (409, "unsafe")
    assert refill in open_of(practice.doctor)
    [alert] = [one for one in refused.json()["alerts"] if one["severity"] != "inform"]
    overrides = [{"key": alert["key"], "reason": "Tolerated for years"}]
    answered = made(practice.answer(practice.doctor, refill, "prescribed", overrides=overrides), 200)
    new = made(practice.patient.http.get(f"/api/prescriptions/{answered['renewed_as']['id']}"), 200)
    assert "Tolerated for years" in [one["reason"] for one in new["check"]["alerts"]]


def test_second_prescription_of_a_medicine_is_a_duplicate(practice: Practice) -> None:
    refill = practice.request()
    practice.prescription(RAMIPRIL)
    refused = practice.answer(practice.doctor, refill, "prescribed")
    assert "duplicate" in [one["kind"] for one in refused.json()["alerts"]]


def test_double_click_asks_once(practice: Practice) -> None:
    old = practice.prescription()
    with ThreadPoolExecutor(8) as clicks:
        answers = list(clicks.map(lambda _: practice.ask(old), range(8)))
    assert sorted(answer.status_code for answer in answers) == [201, *[409] * 7]
    refused = next(answer for answer in answers if answer.status_code == 409)
    assert refused.json()["code"] == "refill_open"
    [only] = made(practice.patient.http.get("/api/refills", params={"prescription_id": old}), 200)["items"]
    assert refused.json()["refill_id"] == only["id"]


def test_database_refuses_a_second_open_request(practice: Practice) -> None:
    refill = practice.request()
    copy = "INSERT INTO refills (prescription_id, patient_id, doctor_id, status, created_at, version)"
    with pytest.raises(databases.Refused, match=r"(?i)unique"):
        practice.change(
            f"{copy} SELECT prescription_id, patient_id, doctor_id, status, created_at, 1 FROM refills WHERE id = ?", refill
        )


def test_withdrawn_request_leaves_the_doctors_list(practice: Practice) -> None:
    refill = practice.request()
    withdrawn = made(practice.patient.http.put(f"/api/refills/{refill}/withdraw"), 200)
    assert withdrawn["status"] == "withdrawn"
    assert open_of(practice.doctor) == {}
    assert practice.answer(practice.doctor, refill, "prescribed").json()["code"] == "illegal_transition"
    assert practice.ask(withdrawn["prescription"]["id"]).status_code == 201
    answered = practice.request()
    made(practice.answer(practice.doctor, answered, "prescribed"), 200)
    assert practice.patient.http.put(f"/api/refills/{answered}/withdraw").json()["code"] == "illegal_transition"


def test_stopped_prescription_is_not_renewed(practice: Practice) -> None:
    stopped, waiting = practice.prescription(), practice.prescription()
    refill = made(practice.ask(waiting))["id"]
    for one in (stopped, waiting):
        made(practice.doctor.http.put(f"/api/doctor/prescriptions/{one}/stop", json={"reason": "Cough"}), 200)
    refused = practice.ask(stopped)
    assert (refused.status_code, refused.json()["obstacle"]) == (409, "stopped")
    assert "Book a visit" in refused.json()["detail"]
    assert practice.answer(practice.doctor, refill, "prescribed").json()["obstacle"] == "stopped"


def test_prescription_of_last_year_is_not_renewed(practice: Practice) -> None:
    old = practice.prescription()
    for days, status in ((366, 409), (300, 201)):
        ended = (datetime.now(UTC) - timedelta(days=days)).date().isoformat()
        practice.change("UPDATE prescriptions SET last_day = ? WHERE id = ?", ended, old)
        assert practice.ask(old).status_code == status, days


def test_requests_of_others_are_not_found(practice: Practice) -> None:
    old, refill = practice.prescription(), practice.request()
    for answer in (
        practice.stranger.http.post(f"/api/prescriptions/{old}/refill", json={}),
        practice.stranger.http.get(f"/api/refills/{refill}"),
        practice.stranger.http.put(f"/api/refills/{refill}/withdraw"),
        practice.answer(practice.colleague, refill, "prescribed"),
    ):
        assert answer.status_code == 404
    assert refill not in open_of(practice.colleague)
    assert refill not in at_desk(practice.admin)


def test_doctor_in_care_sees_no_request_of_a_present_one(practice: Practice) -> None:
    refill = practice.request()
    practice.visit(practice.colleague, 5)
    assert refill not in open_of(practice.colleague)
    assert practice.answer(practice.colleague, refill, "prescribed").status_code == 404


def test_request_of_an_absent_prescriber_is_for_all_in_care(practice: Practice) -> None:
    refill = practice.request()
    practice.visit(practice.colleague, 5)
    practice.take_time_off(practice.doctor)
    assert open_of(practice.colleague)[refill]["asks_you"] is False
    assert refill in open_of(practice.doctor), "the prescriber may answer from there"
    assert refill not in at_desk(practice.admin)
    assert made(practice.answer(practice.colleague, refill, "prescribed"), 200)["answered_by"]["id"] == practice.colleague.id


def test_request_without_a_present_doctor_is_at_the_desk(practice: Practice) -> None:
    refill = practice.request(note="My private note")
    time_off = practice.take_time_off(practice.doctor)
    waiting = at_desk(practice.admin)[refill]
    assert (waiting["doctor_away"], waiting["unowned"]) == (True, True)
    assert waiting["patient"] == {
        "id": practice.patient.id,
        "full_name": "Rita Fill",
        "date_of_birth": "1961-02-03",
        "phone": "+49 30 5550 1111",
    }
    assert "Ramipril" not in str(waiting)
    assert "private note" not in str(waiting)
    practice.change("DELETE FROM time_off WHERE id = ?", time_off)
    assert refill not in at_desk(practice.admin)


def test_time_off_of_some_hours_is_no_absence(practice: Practice) -> None:
    refill = practice.request()
    time_off = practice.take_time_off(practice.doctor)
    soon = datetime.now(UTC) + timedelta(minutes=1)
    practice.change("UPDATE time_off SET ends_at = ? WHERE id = ?", f"{soon:%Y-%m-%dT%H:%M:%SZ}", time_off)
    assert refill not in at_desk(practice.admin)


def test_desk_names_a_doctor_that_is_present(practice: Practice) -> None:
    refill, address = practice.request(), "/api/admin/refills"
    practice.take_time_off(practice.doctor)
    away = practice.admin.http.put(f"{address}/{refill}", json={"doctor_id": practice.doctor.id})
    assert away.json()["code"] == "doctor_away"
    for no_doctor in (practice.patient.id, 2**40):
        assert practice.admin.http.put(f"{address}/{refill}", json={"doctor_id": no_doctor}).status_code == 404
    chart = f"/api/doctor/patients/{practice.patient.id}"
    assert practice.colleague.http.get(chart).status_code == 404
    routed = made(practice.admin.http.put(f"{address}/{refill}", json={"doctor_id": practice.colleague.id}), 200)
    assert (routed["doctor"]["id"], routed["unowned"]) == (practice.colleague.id, False)
    assert refill not in at_desk(practice.admin)
    assert refill in at_desk(practice.admin, unowned=False)
    assert open_of(practice.colleague)[refill]["asks_you"] is True
    assert practice.colleague.http.get(chart).status_code == 200, "in care while the request is open"
    made(practice.answer(practice.colleague, refill, "visit_needed", text="Please come in."), 200)
    assert practice.colleague.http.get(chart).status_code == 404
    assert refill in open_of(practice.colleague, status="visit_needed")
    over = practice.admin.http.put(f"{address}/{refill}", json={"doctor_id": practice.doctor.id})
    assert over.json()["code"] == "illegal_transition"


def test_visit_booked_by_the_desk_gives_a_doctor_the_request(practice: Practice) -> None:
    refill = practice.request()
    practice.take_time_off(practice.doctor)
    assert refill in at_desk(practice.admin)
    at = free_times(practice.patient.http, practice.colleague.id, days=20)[7]
    body = {"patient_id": practice.patient.id, "doctor_id": practice.colleague.id, "starts_at": at.isoformat()}
    made(practice.admin.http.post("/api/admin/appointments", json=body))
    assert refill not in at_desk(practice.admin)
    assert refill in open_of(practice.colleague)


def test_request_of_a_closed_account_goes_to_the_colleague(practice: Practice) -> None:
    refill = practice.request()
    account = f"/api/admin/accounts/{practice.doctor.id}"
    closing = {"role": "doctor", "active": False, "colleague_id": practice.colleague.id}
    made(practice.admin.http.put(account, json=closing), 200)
    assert open_of(practice.colleague)[refill]["asks_you"] is True
    assert refill not in at_desk(practice.admin)
    made(practice.answer(practice.colleague, refill, "prescribed"), 200)


def test_request_without_a_colleague_is_at_the_desk(practice: Practice) -> None:
    refill = practice.request()
    practice.change("UPDATE accounts SET active = false WHERE id = ?", practice.doctor.id)
    assert refill in at_desk(practice.admin)
    assert refill not in open_of(practice.colleague)
    made(practice.admin.http.put(f"/api/admin/refills/{refill}", json={"doctor_id": practice.colleague.id}), 200)
    assert refill in open_of(practice.colleague)


def test_absent_colleague_leaves_the_request_to_the_desk(practice: Practice) -> None:
    refill = practice.request()
    account = f"/api/admin/accounts/{practice.doctor.id}"
    made(practice.admin.http.put(account, json={"role": "doctor", "active": False, "colleague_id": practice.colleague.id}), 200)
    practice.take_time_off(practice.colleague)
    assert refill in at_desk(practice.admin)
    assert refill in open_of(practice.colleague)


def test_open_requests_are_listed_longest_first(practice: Practice) -> None:
    first, second, third = (practice.request() for _ in range(3))
    assert list(open_of(practice.doctor)) == [first, second, third]
    assert list(open_of(practice.doctor, patient_id=practice.stranger.id)) == []
    for refill in (first, second):
        made(practice.answer(practice.doctor, refill, "declined", text="Not now."), 200)
    assert list(open_of(practice.doctor)) == [third]
    assert list(open_of(practice.doctor, status="declined")) == [second, first]
    own = made(practice.patient.http.get("/api/refills"), 200)["items"]
    assert [one["id"] for one in own] == [third, second, first]
