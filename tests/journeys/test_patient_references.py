"""Each patient has a reference to read out, by which the desk finds the record, and may have a person to call."""

import pytest

from careplus_clinic.accessions import compact, is_accession
from tests.hospital import Person, free_times
from tests.test_every_endpoint import check_problem
from tests.world import World, made

PATIENTS = "/api/reception/patients"
NEWBORN = {"full_name": "Rosa Reference", "date_of_birth": "2026-10-01", "sex": "female", "phone": "+49 30 5550-4455"}
CONTACT = {"name": "Rita Reference", "phone": "+49 30 5550-4466", "relation": "mother"}


def test_reference_finds_patient_by_whole_and_end(world: World) -> None:
    http = world.people["reception"].http
    patient = made(http.post(PATIENTS, json=NEWBORN))
    reference = patient["reference"]
    assert reference.startswith("PT-")
    assert is_accession(compact(reference.removeprefix("PT-")))
    for typed in (reference, reference.lower(), compact(reference), reference[-5:], reference[-4:]):
        found = made(http.get(PATIENTS, params={"q": typed}), 200)["items"]
        assert patient["id"] in {one["id"] for one in found}, typed
    assert made(http.get(PATIENTS, params={"q": "PT-2222-22222"}), 200)["items"] == []


def test_reference_is_shown_to_patient_doctor_and_admin(world: World, admin: Person) -> None:
    patient = world.people["patient"]
    own = made(patient.http.get("/auth/me"), 200)["reference"]
    assert own.startswith("PT-")
    chart = made(world.people["doctor"].http.get(f"/api/doctor/patients/{patient.id}"), 200)
    assert chart["patient"]["reference"] == own
    assert made(admin.http.get(f"/api/admin/accounts/{patient.id}"), 200)["reference"] == own
    assert made(patient.http.get("/api/me/record/export"), 200)["patient"]["reference"] == own
    assert made(world.people["doctor"].http.get("/auth/me"), 200)["reference"] is None


def test_contact_person_is_set_kept_and_removed(world: World, admin: Person) -> None:
    desk, patient = world.people["reception"].http, world.people["other_patient"]
    path, phone = f"{PATIENTS}/{patient.id}", made(patient.http.get("/auth/me"), 200)["phone"]
    assert made(patient.http.put("/auth/me", json={"phone": phone, "contact": CONTACT}), 200)["contact"] == CONTACT
    assert made(desk.get(path), 200)["contact"] == CONTACT
    assert made(admin.http.put(path, json={"phone": phone}), 200)["contact"] == CONTACT, "without it, it stays"
    changed = {**CONTACT, "relation": None}
    assert made(desk.put(path, json={"phone": phone, "contact": changed}), 200)["contact"] == changed
    record = made(patient.http.get("/api/me/record/export"), 200)["patient"]
    assert (record["contact_name"], record["contact_phone"], record["contact_relation"]) == (*list(CONTACT.values())[:2], None)
    assert made(patient.http.put("/auth/me", json={"phone": phone, "contact": None}), 200)["contact"] is None


@pytest.mark.parametrize("contact", [{"name": "Rita"}, {"phone": "+49 30 5550"}, {**CONTACT, "name": " "}, {**CONTACT, "x": 1}])
def test_incomplete_contact_person_is_refused(world: World, contact: dict[str, object]) -> None:
    answer = world.people["patient"].http.put("/auth/me", json={"phone": None, "contact": contact})
    check_problem(answer, 422)


def test_chart_of_patient_without_email_has_reference(world: World) -> None:
    desk, doctor = world.people["reception"].http, world.people["doctor"]
    patient = made(desk.post(PATIENTS, json={**NEWBORN, "full_name": "Nele Noaddress"}))
    at = free_times(desk, doctor.id)[3].isoformat()
    made(desk.post("/api/admin/appointments", json={"patient_id": patient["id"], "doctor_id": doctor.id, "starts_at": at}))
    chart = made(doctor.http.get(f"/api/doctor/patients/{patient['id']}"), 200)
    assert (chart["patient"]["reference"], chart["patient"]["email"]) == (patient["reference"], None)
