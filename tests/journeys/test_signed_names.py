"""Notes, prescriptions and results show the names at the time of signing, also after the person got another name."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from tests.hospital import Hospital, Person, free_times
from tests.world import made

OLD, NEW = "Dr Rosa Alt", "Dr Rosa Neumann"
LAB_OLD, LAB_NEW = "Leo Alt", "Leo Neumann"
ITEM = {"medicine": "Ramipril 5 mg", "dose": "1 tablet", "route": "oral", "frequency": "daily", "duration_days": 30}


@dataclass
class Office:
    """A doctor and a person of the laboratory, with other names after signing, and their patient's documents."""

    hospital: Hospital
    doctor: Person
    lab: Person
    patient: Person
    visit_id: int
    prescription_ids: tuple[int, int]
    result_id: int

    def notes(self) -> dict[str, Any]:
        return made(self.doctor.http.get(f"/api/doctor/appointments/{self.visit_id}/notes"), 200)

    def chart(self) -> dict[str, Any]:
        return made(self.doctor.http.get(f"/api/doctor/patients/{self.patient.id}"), 200)


def sign_everything(hospital: Hospital, admin: Person) -> Office:
    doctor = hospital.add_doctor(admin, "renamed@example.org", OLD, "Cardiology")
    lab = hospital.invite(admin, "renamed.lab@example.org", LAB_OLD, "lab")
    patient = hospital.register("named@example.org", "Nora Named", date_of_birth="1984-05-17", sex="female")
    at = free_times(patient.http, doctor.id, days=10)[40]
    visit = made(patient.http.post("/api/appointments", json={"doctor_id": doctor.id, "starts_at": at.isoformat()}))["id"]
    # the patient's record has visits that began
    hospital.let_begin(visit)
    for text in ("Stable.", "Called back."):
        made(doctor.http.put(f"/api/doctor/appointments/{visit}/notes", json={"text": text, "sign": True}), 200)
    body = {"patient_id": patient.id, "items": [ITEM]}
    prescribed = (
        made(doctor.http.post("/api/doctor/prescriptions", json=body))["id"],
        made(doctor.http.post("/api/doctor/prescriptions", json={**body, "items": [{**ITEM, "medicine": "Zinc"}]}))["id"],
    )
    made(doctor.http.put(f"/api/doctor/prescriptions/{prescribed[0]}/stop", json={"reason": "Cough"}), 200)
    order = made(doctor.http.post("/api/doctor/lab-orders", json={"patient_id": patient.id, "test_codes": ["CBC"]}))["id"]
    for status in ("collected", "received"):
        made(lab.http.put(f"/api/labs/bookings/{order}/status", json={"status": status}), 200)
    values = {"observations": [{"analyte": "hemoglobin", "value": 13.0, "unit": "g/dL"}]}
    result = made(lab.http.post(f"/api/labs/bookings/{order}/results", json={"test_code": "CBC", **values}))["id"]
    made(lab.http.put(f"/api/labs/results/{result}/verify"), 200)
    review = {"comment": "All as expected.", "release": True}
    made(doctor.http.put(f"/api/doctor/lab-results/{result}", json=review), 200)
    correction = {**values, "reason": "Compared once more.", "note": "Checked"}
    made(lab.http.post(f"/api/labs/results/{result}/correction", json=correction))
    return Office(hospital, doctor, lab, patient, visit, prescribed, result)


@pytest.fixture(scope="module")
def office(hospital: Hospital, admin: Person) -> Iterator[Office]:
    opened = sign_everything(hospital, admin)
    made(opened.doctor.http.put("/api/doctor/profile", json={"full_name": NEW, "specialty": "Cardiology"}), 200)
    hospital.rename(admin, opened.lab.id, LAB_NEW)
    yield opened
    for person in (opened.doctor, opened.lab, opened.patient):
        person.http.close()


def test_renamed_doctor_keeps_the_name_on_notes(office: Office) -> None:
    notes = office.notes()
    assert [notes[one]["full_name"] for one in ("author", "signed_by")] == [OLD, OLD]
    assert notes["addenda"][0]["by"]["full_name"] == OLD
    [visit] = [one for one in office.chart()["visits"] if one["id"] == office.visit_id]
    assert visit["notes"] == notes
    record = made(office.patient.http.get("/api/me/record"), 200)
    [own] = [one["notes"] for one in record["visits"] if one["notes"]]
    assert own["signed_by"]["full_name"] == OLD


def test_new_addendum_has_the_new_name(office: Office) -> None:
    made(office.doctor.http.put(f"/api/doctor/appointments/{office.visit_id}/notes", json={"text": "A third text."}), 200)
    assert [one["by"]["full_name"] for one in office.notes()["addenda"]][-1] == NEW


def test_renamed_doctor_keeps_the_name_on_prescriptions(office: Office) -> None:
    stopped, active = (
        made(office.patient.http.get(f"/api/prescriptions/{prescription_id}"), 200) for prescription_id in office.prescription_ids
    )
    assert (stopped["doctor"]["full_name"], stopped["stopped_by"]["full_name"]) == (OLD, OLD)
    assert active["doctor"]["full_name"] == OLD
    reply = made(office.doctor.http.put(f"/api/doctor/prescriptions/{active['id']}/stop", json={"reason": "Rash"}), 200)
    assert (reply["doctor"]["full_name"], reply["stopped_by"]["full_name"]) == (OLD, NEW)


def test_renamed_people_keep_their_names_on_results(office: Office) -> None:
    result = made(office.patient.http.get(f"/api/labs/results/{office.result_id}"), 200)
    names = {one: result[f"{one}_by"]["full_name"] for one in ("ordered", "verified", "released", "corrected")}
    assert names == {"ordered": OLD, "verified": LAB_OLD, "released": OLD, "corrected": LAB_OLD}
    path = f"/api/labs/results/{office.result_id}"
    [version] = made(office.patient.http.get(f"{path}/versions"), 200)["items"]
    assert (version["verified_by"]["full_name"], version["replaced_by"]["full_name"]) == (LAB_OLD, LAB_OLD)
    comments = made(office.patient.http.get(f"{path}/comments"), 200)["items"]
    assert [one["by"]["full_name"] for one in comments] == [LAB_OLD, OLD]


def test_chart_history_keeps_the_name_of_its_author(office: Office, hospital: Hospital, admin: Person) -> None:
    path = f"/api/doctor/patients/{office.patient.id}"
    made(office.doctor.http.put(f"{path}/problems", json={"problems": [{"name": "Asthma", "status": "active"}]}), 200)
    newest = {"full_name": "Dr Rosa Third", "specialty": "Cardiology"}
    made(office.doctor.http.put("/api/doctor/profile", json=newest), 200)
    assert made(office.doctor.http.get(f"{path}/history"), 200)["items"][0]["changed_by"]["full_name"] == NEW
