"""Prescribing with checks: alerts ask for reasons, which the prescription keeps, and count every doctor's medicines."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from careplus_contracts.medicine_lists import CurrentMedicines, FoundMedicines, MostUsed
from careplus_contracts.medicines import MedicineCheck
from careplus_contracts.prescriptions import Prescription
from tests.hospital import Hospital, Person, free_times
from tests.world import World, made

CHECK, PRESCRIPTIONS = "/api/doctor/prescriptions/check", "/api/doctor/prescriptions"
ONCE = {"dose": "1 tablet", "route": "oral", "frequency": "once a day", "duration_days": 7}
WARFARIN, IBUPROFEN = {**ONCE, "medicine": "Warfarin 5 mg tablets"}, {**ONCE, "medicine": "Ibuprofen 400 mg tablets"}
PENICILLIN = {"substance": "Penicillin", "severity": "severe", "reaction": "Hives"}
AMOXICILLIN = {**ONCE, "medicine": "Amoxicillin 500 mg capsules"}


@dataclass
class Clinic:
    """A patient of two doctors, and a third doctor who does not treat the patient."""

    patient: Person
    doctor: Person
    colleague: Person
    stranger: Person

    def prescribe(self, doctor: Person, *items: dict[str, Any], **more: Any) -> httpx.Response:
        body = {"patient_id": self.patient.id, "items": list(items), **more}
        return doctor.http.post(PRESCRIPTIONS, json=body)

    def check(self, doctor: Person, *items: dict[str, Any]) -> MedicineCheck:
        answer = doctor.http.post(CHECK, json={"patient_id": self.patient.id, "items": list(items)})
        return MedicineCheck.model_validate(made(answer, 200))

    def takes(self, doctor: Person) -> CurrentMedicines:
        path = f"/api/doctor/patients/{self.patient.id}/medicines"
        return CurrentMedicines.model_validate(made(doctor.http.get(path), 200))


@pytest.fixture(scope="module")
def doctors(hospital: Hospital, admin: Person) -> Iterator[list[Person]]:
    names = ("Dr Ada Checks", "Dr Bo Checks", "Dr Cy Checks")
    found = [hospital.add_doctor(admin, f"checks-{n}@example.org", name, "Nephrology") for n, name in enumerate(names)]
    yield found
    for doctor in found:
        doctor.http.close()


@pytest.fixture
def clinic(hospital: Hospital, doctors: list[Person], request: pytest.FixtureRequest) -> Iterator[Clinic]:
    email = f"{request.node.name.replace('_', '-')}@example.org"
    patient = hospital.register(email, "Tess Takes", date_of_birth="1960-03-04", sex="female")
    for number, doctor in enumerate(doctors[:2]):
        at = free_times(patient.http, doctor.id, days=10)[20 + 5 * number].isoformat()
        made(patient.http.post("/api/appointments", json={"doctor_id": doctor.id, "starts_at": at}))
    yield Clinic(patient, *doctors)
    patient.http.close()


def allergic(clinic: Clinic) -> None:
    path = f"/api/doctor/patients/{clinic.patient.id}/allergies"
    made(clinic.doctor.http.put(path, json={"allergies": [PENICILLIN]}), 200)


def test_alert_needs_a_reason_that_is_kept(clinic: Clinic, world: World) -> None:
    allergic(clinic)
    found = clinic.check(clinic.doctor, {"medicine": AMOXICILLIN["medicine"]})
    [alert] = found.alerts
    assert (alert.kind, alert.severity, alert.medicine, alert.against) == (
        "allergy",
        "stop",
        "Amoxicillin 500 mg capsules",
        "Penicillin",
    )
    assert found.unchecked == [], "a dose that is not typed yet is not an unread one"
    assert clinic.takes(clinic.doctor).items == []

    refused = clinic.prescribe(clinic.doctor, AMOXICILLIN)
    assert (refused.status_code, refused.json()["code"]) == (409, "unsafe")
    assert alert.model_dump(mode="json") in refused.json()["alerts"]
    assert refused.json()["rules_version"] == found.rules_version
    of_patient: dict[str, Any] = {"patient_id": clinic.patient.id, "outcome": "unsafe"}
    tried = made(world.people["admin"].http.get("/api/admin/audit", params=of_patient), 200)["items"]
    assert [(one["action"], one["account"]["id"]) for one in tried] == [("prescribe", clinic.doctor.id)], "it showed an allergy"

    reasons = [{"key": one["key"], "reason": "Tolerated in May"} for one in refused.json()["alerts"]]
    written = Prescription.model_validate(made(clinic.prescribe(clinic.doctor, AMOXICILLIN, overrides=reasons)))
    assert written.check is not None
    assert written.check.rules_version == found.rules_version
    assert [(one.key, one.reason) for one in written.check.alerts] == [(one["key"], one["reason"]) for one in reasons]
    read = made(clinic.patient.http.get(f"/api/prescriptions/{written.id}"), 200)
    assert read == written.model_dump(mode="json")


def test_override_without_its_alert_is_refused(clinic: Clinic) -> None:
    allergic(clinic)
    known = {"key": clinic.check(clinic.doctor, AMOXICILLIN).alerts[0].key, "reason": "Tolerated"}
    unknown = {"key": "interaction:ibuprofen:warfarin", "reason": "For another one"}
    refused = clinic.prescribe(clinic.doctor, AMOXICILLIN, overrides=[known, unknown, known])
    assert refused.status_code == 422
    errors = {one["field"]: one["message"] for one in refused.json()["errors"]}
    assert set(errors) == {"body.overrides.1.key", "body.overrides.2.key"}
    assert "raises no alert" in errors["body.overrides.1.key"]
    assert clinic.takes(clinic.doctor).items == []


def test_medicine_of_another_doctor_is_compared(clinic: Clinic) -> None:
    made(clinic.prescribe(clinic.colleague, WARFARIN))
    alerts = [one for one in clinic.check(clinic.doctor, IBUPROFEN).alerts if one.kind == "interaction"]
    assert [(one.against, one.severity) for one in alerts] == [("Warfarin 5 mg tablets", "stop")]
    assert all(one.why.de != one.why.en and one.source for one in alerts)
    assert clinic.prescribe(clinic.doctor, IBUPROFEN).json()["code"] == "unsafe"
    assert [one.medicine for one in clinic.takes(clinic.doctor).items] == ["Warfarin 5 mg tablets"]


def test_medicines_of_one_prescription_are_compared(clinic: Clinic) -> None:
    assert clinic.prescribe(clinic.doctor, WARFARIN, IBUPROFEN).json()["code"] == "unsafe"


def test_texts_of_no_rule_are_kept_as_unchecked(clinic: Clinic) -> None:
    path = f"/api/doctor/patients/{clinic.patient.id}/allergies"
    made(clinic.doctor.http.put(path, json={"allergies": [{"substance": "siehe Akte", "severity": "mild"}]}), 200)
    written = Prescription.model_validate(made(clinic.prescribe(clinic.doctor, {**ONCE, "medicine": "Zauberwurzel"})))
    assert written.check is not None
    unchecked = {(one.text, one.reason.value) for one in written.check.unchecked}
    assert unchecked == {("Zauberwurzel", "unknown_medicine"), ("siehe Akte", "unknown_allergy")}


def test_absurd_dose_is_stopped(clinic: Clinic) -> None:
    drops = {"medicine": "Latanoprost 0.005 % eye drops", "dose": "400 drops", "route": "oral"}
    alerts = clinic.check(clinic.doctor, {**drops, "frequency": "every 6 hours", "duration_days": 999}).alerts
    assert "stop" in [one.severity for one in alerts if one.kind == "dose"]


def test_check_needs_a_care_relationship(clinic: Clinic) -> None:
    body = {"patient_id": clinic.patient.id, "items": [{"medicine": "Warfarin"}]}
    assert clinic.stranger.http.post(CHECK, json=body).status_code == 404
    assert clinic.stranger.http.get(f"/api/doctor/patients/{clinic.patient.id}/medicines").status_code == 404


def test_treating_doctor_stops_medicine_of_a_colleague(clinic: Clinic, world: World) -> None:
    written = made(clinic.prescribe(clinic.colleague, WARFARIN))
    [current] = clinic.takes(clinic.doctor).items
    assert (current.prescription_id, current.prescriber.id) == (written["id"], clinic.colleague.id)
    assert current.last_day.isoformat() == written["last_day"]
    path = f"{PRESCRIPTIONS}/{written['id']}/stop"
    assert clinic.stranger.http.put(path, json={"reason": "Not mine"}).status_code == 404
    headers = {"If-Match": f'"{current.prescription_version}"'}
    stopped = made(clinic.doctor.http.put(path, json={"reason": "Bleeding"}, headers=headers), 200)
    assert (stopped["status"], stopped["stopped_by"]["id"], stopped["stop_reason"]) == ("stopped", clinic.doctor.id, "Bleeding")
    assert clinic.takes(clinic.colleague).items == []
    seen = made(clinic.colleague.http.get(PRESCRIPTIONS, params={"patient_id": clinic.patient.id}), 200)["items"]
    assert [one["stopped_by"]["full_name"] for one in seen] == [stopped["stopped_by"]["full_name"]]
    query: dict[str, Any] = {"patient_id": clinic.patient.id, "action": "stop_prescription", "outcome": "ok"}
    events = made(world.people["admin"].http.get("/api/admin/audit", params=query), 200)["items"]
    assert [one["account"]["id"] for one in events] == [clinic.doctor.id]
    made(clinic.prescribe(clinic.doctor, IBUPROFEN))


def test_most_used_medicines_are_the_doctors_own(clinic: Clinic, hospital: Hospital, admin: Person) -> None:
    busy = hospital.add_doctor(admin, "busy@example.org", "Dr Busy", "Nephrology")
    body = {"full_name": "Tess Takes", "date_of_birth": "1960-03-04", "reason": "Collapsed in the waiting room"}
    made(busy.http.post(f"/api/doctor/patients/{clinic.patient.id}/access", json=body))
    for name, dose in (("Fav root", "1"), ("Rare root", "1"), ("Fav root", "2")):
        made(clinic.prescribe(busy, {**ONCE, "medicine": name, "dose": dose, "quantity": 9}))
    made(clinic.prescribe(clinic.doctor, {**ONCE, "medicine": "Root of another doctor"}))
    used = MostUsed.model_validate(made(busy.http.get("/api/doctor/medicines/most-used"), 200)).items
    assert [(one.medicine, one.times, one.dose, one.quantity) for one in used] == [
        ("Fav root", 2, "2", 9),
        ("Rare root", 1, "1", 9),
    ]
    busy.http.close()


@pytest.mark.parametrize(("q", "name"), [("ibupro", "ibuprofen"), ("Nurofen", "ibuprofen"), ("acetaminophen", "paracetamol")])
def test_medicine_is_found_by_any_of_its_names(world: World, q: str, name: str) -> None:
    answer = world.people["doctor"].http.get("/api/medicines", params={"q": q, "limit": 5})
    items = FoundMedicines.model_validate(made(answer, 200)).items
    assert name in [one.en.lower() for item in items for one in item.substances]
    assert len(items) <= 5


def test_classes_are_found_on_request_only(world: World) -> None:
    def kinds(**more: Any) -> set[str]:
        answer = world.people["doctor"].http.get("/api/medicines", params={"q": "penicillin", **more})
        return {one.kind.value for one in FoundMedicines.model_validate(made(answer, 200)).items}

    assert "class" not in kinds()
    assert "class" in kinds(with_classes=True)
