"""Critical results: open until the responsible doctor notes an action, or the laboratory notes a call with read-back."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests import databases
from tests.hospital import ADMIN, Hospital, Person, free_times
from tests.mailbox import mails, next_mail, text_of
from tests.world import World, made

PHONE = "+49 30 5550 4711"
CALL = {"person_called": "Dr Ama Osei", "party": "doctor", "phone": "+49 30 5550 1234", "read_back": True}
ATTEMPT = {"person_called": "Dr Ama Osei", "party": "doctor", "reached": False, "note": "Voicemail"}
ACTION = {"action": "Called the patient in, ECG now"}
WAITS, UNANSWERED = "Please sign in now: an urgent message waits", "An urgent message has no answer"


@dataclass
class Ward:
    """A patient with visits to the ordering doctor and to another one; a third doctor does not treat the patient."""

    hospital: Hospital
    lab: Person
    patient: Person
    doctor: Person
    other: Person
    third: Person

    def order(self) -> int:
        body = {"patient_id": self.patient.id, "test_codes": ["LYTES"]}
        return int(made(self.doctor.http.post("/api/doctor/lab-orders", json=body))["id"])

    def own_booking(self) -> int:
        day = (datetime.now(UTC) + timedelta(days=3)).date().isoformat()
        slots = made(self.patient.http.get("/api/labs/slots", params={"day": day}), 200)["items"]
        at = next(slot["starts_at"] for slot in slots if slot["other"] is None and slot["free"])
        body = {"test_codes": ["LYTES"], "starts_at": at}
        return int(made(self.patient.http.post("/api/labs/bookings", json=body))["id"])

    def verify(self, booking_id: int, value: float = 7.4) -> int:
        """Enter a potassium and verify it; return the id of the result."""
        for status in ("collected", "received", "in_progress"):
            made(self.lab.http.put(f"/api/labs/bookings/{booking_id}/status", json={"status": status}), 200)
        body = {"test_code": "LYTES", "observations": [{"analyte": "potassium", "value": value, "unit": "mmol/L"}]}
        result = made(self.lab.http.post(f"/api/labs/bookings/{booking_id}/results", json=body))
        assert not result["critical_open"]
        made(self.lab.http.put(f"/api/labs/results/{result['id']}/verify"), 200)
        return int(result["id"])

    def correct(self, result_id: int, value: float) -> None:
        values = [{"analyte": "potassium", "value": value, "unit": "mmol/L"}]
        version = made(self.doctor.http.get(f"/api/doctor/lab-results/{result_id}"), 200)["version"]
        body = {"observations": values, "reason": "The value was typed wrongly."}
        headers = {"If-Match": f'"{version}"'}
        made(self.lab.http.post(f"/api/labs/results/{result_id}/correction", json=body, headers=headers))

    def call(self, result_id: int, body: dict[str, Any]) -> Any:
        return self.lab.http.post(f"/api/labs/results/{result_id}/calls", json=body)

    def wait_minutes(self, result_id: int, minutes: int) -> None:
        """Let a result be open for so long."""
        since = f"{datetime.now(UTC) - timedelta(minutes=minutes, seconds=5):%Y-%m-%dT%H:%M:%SZ}"
        databases.execute(self.hospital.database, "UPDATE lab_results SET critical_since = ? WHERE id = ?", since, result_id)


@pytest.fixture(scope="module")
def ward(hospital: Hospital, admin: Person, world: World) -> Iterator[Ward]:
    patient = hospital.register("cara@example.org", "Cara Weber", sex="female", phone=PHONE)
    third = hospital.add_doctor(admin, "third@example.org", "Dr Theo Third", "Neurology")
    people = world.people
    for doctor, number in ((people["doctor"], 50), (people["other_doctor"], 60)):
        at = free_times(patient.http, doctor.id, days=10)[number]
        made(patient.http.post("/api/appointments", json={"doctor_id": doctor.id, "starts_at": at.isoformat()}))
    yield Ward(hospital, people["lab"], patient, people["doctor"], people["other_doctor"], third)
    patient.http.close()
    third.http.close()


def of_doctor(person: Person) -> list[int]:
    found = made(person.http.get("/api/doctor/critical-results", params={"limit": 100}), 200)["items"]
    return [one["id"] for one in found]


def of_laboratory(person: Person) -> list[int]:
    return [one["id"] for one in made(person.http.get("/api/labs/critical", params={"limit": 100}), 200)["items"]]


def acknowledge(person: Person, result_id: int, **more: Any) -> Any:
    return person.http.put(f"/api/doctor/critical-results/{result_id}", json=ACTION, **more)


def code(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


def test_critical_result_is_open_until_acknowledged(ward: Ward) -> None:
    result_id = ward.verify(ward.order())
    assert result_id in of_doctor(ward.doctor)
    assert result_id in of_laboratory(ward.lab)
    shown = made(ward.doctor.http.get(f"/api/doctor/critical-results/{result_id}"), 200)
    [value] = shown["result"]["observations"]
    assert (value["value"], value["unit"], value["flag"]) == (7.4, "mmol/L", "critical_high")
    assert (shown["patient_phone"], shown["escalation"], shown["closed_at"]) == (PHONE, "responsible", None)
    assert [(one["full_name"], one["responsible"]) for one in shown["doctors"]] == [("Dr Ama Osei", True)]

    # a treating doctor looks, but the responsible one acts; to a stranger the result does not exist
    made(ward.other.http.get(f"/api/doctor/critical-results/{result_id}"), 200)
    assert result_id not in of_doctor(ward.other)
    refused = acknowledge(ward.other, result_id)
    assert code(refused) == (409, "belongs_to_another")
    assert [one["full_name"] for one in refused.json()["responsible"]] == ["Dr Ama Osei"]
    assert acknowledge(ward.third, result_id).status_code == 404
    assert ward.third.http.get(f"/api/doctor/critical-results/{result_id}").status_code == 404

    done = made(acknowledge(ward.doctor, result_id), 200)
    assert (done["closed_by"]["id"], done["version"]) == (ward.doctor.id, shown["version"] + 1)
    assert [(one["kind"], one["text"]) for one in done["communications"]] == [("acknowledged", ACTION["action"])]
    assert made(acknowledge(ward.doctor, result_id), 200) == done
    other_text = ward.doctor.http.put(f"/api/doctor/critical-results/{result_id}", json={"action": "Something else"})
    assert code(other_text) == (409, "critical_closed")
    assert result_id not in of_doctor(ward.doctor)
    assert result_id not in of_laboratory(ward.lab)
    of_lab = made(ward.lab.http.get(f"/api/labs/critical/{result_id}"), 200)
    assert of_lab["communications"] == done["communications"]


def test_call_closes_and_attempt_does_not(ward: Ward) -> None:
    result_id = ward.verify(ward.order())
    for wrong in ({**CALL, "read_back": False}, {**ATTEMPT, "read_back": True}, {"party": "doctor", "read_back": True}):
        assert ward.call(result_id, wrong).status_code == 422
    tried = made(ward.call(result_id, ATTEMPT))
    assert tried["closed_at"] is None
    assert result_id in of_doctor(ward.doctor)
    called = ward.call(result_id, CALL)
    assert made(called)["closed_by"]["id"] == ward.lab.id
    assert called.headers["location"] == f"/api/labs/critical/{result_id}"
    assert result_id not in of_doctor(ward.doctor)
    assert result_id not in of_laboratory(ward.lab)
    seen = made(ward.doctor.http.get(f"/api/doctor/critical-results/{result_id}"), 200)["communications"]
    assert [(one["kind"], one["person_called"], one["text"]) for one in seen] == [
        ("not_reached", "Dr Ama Osei", "Voicemail"),
        ("called", "Dr Ama Osei", None),
    ]
    assert code(acknowledge(ward.doctor, result_id)) == (409, "critical_closed")
    # a later call is noted too, without an effect
    again = made(ward.call(result_id, CALL))
    assert (again["closed_at"], len(again["communications"])) == (made(called)["closed_at"], 3)


def test_call_about_usual_value_is_refused(ward: Ward) -> None:
    result_id = ward.verify(ward.order(), 4.2)
    assert result_id not in of_laboratory(ward.lab)
    assert code(ward.call(result_id, CALL)) == (409, "not_critical")
    assert ward.lab.http.get(f"/api/labs/critical/{result_id}").status_code == 404


@pytest.mark.parametrize("is_answered", [True, False], ids=["answered", "open"])
def test_correction_closes_and_keeps_the_answers(ward: Ward, is_answered: bool) -> None:
    result_id = ward.verify(ward.order())
    made(ward.call(result_id, ATTEMPT))
    if is_answered:
        made(acknowledge(ward.doctor, result_id), 200)
    before = made(ward.doctor.http.get(f"/api/doctor/critical-results/{result_id}"), 200)
    ward.correct(result_id, 4.7)
    assert result_id not in of_doctor(ward.doctor)
    assert result_id not in of_laboratory(ward.lab)
    after = made(ward.doctor.http.get(f"/api/doctor/critical-results/{result_id}"), 200)
    assert after["communications"] == before["communications"]
    assert (after["since"], after["result"]["critical"]) == (before["since"], False)
    assert after["closed_at"] is not None
    assert after["closed_by"]["id"] == (ward.doctor.id if is_answered else ward.lab.id)
    assert made(ward.lab.http.get(f"/api/labs/critical/{result_id}"), 200)["communications"] == before["communications"]
    assert code(ward.call(result_id, CALL)) == (409, "not_critical")
    # a second correction makes it critical again: it waits for a new answer
    ward.correct(result_id, 7.1)
    assert result_id in of_doctor(ward.doctor)


def test_open_critical_result_is_not_released(ward: Ward) -> None:
    result_id = ward.verify(ward.order())
    path = f"/api/doctor/lab-results/{result_id}"
    for doctor in (ward.doctor, ward.other):
        assert code(doctor.http.put(path, json={"release": True})) == (409, "critical_waits")
    assert ward.patient.http.get(f"/api/labs/results/{result_id}").status_code == 404
    assert made(ward.doctor.http.put(path, json={"comment": "Hyperkalaemia"}), 200)["critical_open"]
    made(acknowledge(ward.doctor, result_id), 200)
    made(ward.doctor.http.put(path, json={"release": True}), 200)
    assert not made(ward.patient.http.get(f"/api/labs/results/{result_id}"), 200)["critical_open"]


@pytest.mark.parametrize("by", ["call", "doctor"])
def test_own_booking_is_released_after_the_answer(ward: Ward, by: str) -> None:
    booking_id = ward.own_booking()
    result_id = ward.verify(booking_id)
    listed = {one["id"]: one for one in made(ward.lab.http.get("/api/labs/critical?limit=100"), 200)["items"]}
    assert listed[result_id]["escalation"] == "doctors"
    assert {one["id"] for one in listed[result_id]["doctors"]} == {ward.doctor.id, ward.other.id}
    assert result_id in of_doctor(ward.doctor)
    assert result_id in of_doctor(ward.other)
    assert result_id not in of_doctor(ward.third)

    def readable() -> int:
        [test] = made(ward.patient.http.get(f"/api/labs/bookings/{booking_id}"), 200)["tests"]
        status = ward.patient.http.get(f"/api/labs/results/{result_id}").status_code
        assert (test["result_id"] is not None) == (status == 200)
        return int(status)

    made(ward.call(result_id, ATTEMPT))
    assert readable() == 404
    if by == "call":
        made(ward.call(result_id, {**CALL, "party": "patient"}))
    else:
        made(acknowledge(ward.other, result_id), 200)
    assert readable() == 200
    usual = ward.verify(ward.own_booking(), 4.2)
    assert ward.patient.http.get(f"/api/labs/results/{usual}").status_code == 200


def test_unanswered_result_escalates_by_steps(ward: Ward) -> None:
    result_id = ward.verify(ward.order())
    people = {"doctor": "osei@example.org", "other": "lind@example.org", "third": "third@example.org", "admin": ADMIN}
    before = {name: len(mails(ward.hospital, address)) for name, address in people.items()}
    ward.wait_minutes(result_id, 29)
    assert result_id not in of_doctor(ward.other)
    ward.wait_minutes(result_id, 30)
    assert result_id in of_doctor(ward.other)
    assert result_id not in of_doctor(ward.third)
    shown = made(ward.lab.http.get(f"/api/labs/critical/{result_id}"), 200)
    assert shown["escalation"] == "doctors"
    assert [(one["id"], one["responsible"]) for one in shown["doctors"]] == [(ward.doctor.id, True), (ward.other.id, False)]
    for name in ("doctor", "other"):
        assert "Weber" not in text_of(next_mail(ward.hospital, people[name], WAITS))
    assert len(mails(ward.hospital, ADMIN)) == before["admin"]

    ward.wait_minutes(result_id, 60)
    text = text_of(next_mail(ward.hospital, ADMIN, UNANSWERED))
    assert not any(word in text.lower() for word in ("weber", "potassium", "critical", "result"))
    assert made(ward.doctor.http.get(f"/api/doctor/critical-results/{result_id}"), 200)["escalation"] == "administrators"
    assert len(mails(ward.hospital, people["third"])) == before["third"]
    made(acknowledge(ward.other, result_id), 200)
    assert result_id not in of_doctor(ward.doctor)
