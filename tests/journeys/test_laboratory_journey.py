"""The laboratory: units of values, and lists in the order of the times that they show."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests import databases
from tests.hospital import Hospital, Person, free_times
from tests.world import World, made


@pytest.fixture(scope="module")
def patient(hospital: Hospital, world: World) -> Iterator[Person]:
    """Register a patient with a visit to the world's doctor, so that the doctor may order tests."""
    registered = hospital.register("lia@example.org", "Lia Sommer", date_of_birth="1984-05-17", sex="female")
    doctor_id = world.people["doctor"].id
    at = free_times(registered.http, doctor_id, days=10)[30]
    made(registered.http.post("/api/appointments", json={"doctor_id": doctor_id, "starts_at": at.isoformat()}))
    yield registered
    registered.http.close()


def order(world: World, patient: Person, code: str = "CBC", **more: Any) -> int:
    body = {"patient_id": patient.id, "test_codes": [code], **more}
    return int(made(world.people["doctor"].http.post("/api/doctor/lab-orders", json=body))["id"])


def bring_to(world: World, booking_id: int, *statuses: str) -> None:
    for status in statuses:
        made(world.people["lab"].http.put(f"/api/labs/bookings/{booking_id}/status", json={"status": status}), 200)


def test_value_in_another_unit_is_refused(world: World, patient: Person) -> None:
    lab, booking_id = world.people["lab"].http, order(world, patient)
    bring_to(world, booking_id, "collected", "received")
    path = f"/api/labs/bookings/{booking_id}/results"

    def enter(**value: Any) -> Any:
        hemoglobin = {"analyte": "hemoglobin", "value": 13.2, "unit": "g/dL"}
        values = [hemoglobin, {"analyte": "hematocrit", **value}]
        return lab.post(path, json={"test_code": "CBC", "observations": values})

    for given in ({"unit": "L/L"}, {}):
        refused = enter(value=0.31, **given)
        assert (refused.status_code, refused.json().get("code")) == (422, "wrong_unit"), refused.text
        names = {"name": "Haematocrit", "names": {"en": "Haematocrit", "de": "Hämatokrit"}}
        assert refused.json()["conflicts"] == [{"analyte": "hematocrit", **names, "given": given.get("unit"), "expected": "%"}]
        assert "%" in refused.json()["detail"]
    entered = made(enter(value=31, unit="%", comparator="<="))
    assert [(one["value"], one["comparator"], one["unit"]) for one in entered["observations"]] == [
        (13.2, None, "g/dL"),
        (31, "<=", "%"),
    ]


def test_lists_are_ordered_by_specimen_time(hospital: Hospital, world: World, patient: Person) -> None:
    lab, doctor = world.people["lab"].http, world.people["doctor"].http
    collected = {name: order(world, patient) for name in ("2026-03-01", "2026-05-01", "2026-04-01")}
    for booking_id in collected.values():
        bring_to(world, booking_id, "collected", "received")
    for day, booking_id in collected.items():
        databases.execute(
            hospital.database, "UPDATE specimens SET collected_at = ? WHERE booking_id = ?", f"{day}T08:00:00Z", booking_id
        )
    results = {}
    # the newest specimen is measured first, the oldest last
    for day in ("2026-05-01", "2026-03-01", "2026-04-01"):
        body = {"test_code": "CBC", "observations": [{"analyte": "platelets", "value": 210, "unit": "10*3/uL"}]}
        results[day] = made(lab.post(f"/api/labs/bookings/{collected[day]}/results", json=body))["id"]
        made(lab.put(f"/api/labs/results/{results[day]}/verify"), 200)
        made(doctor.put(f"/api/doctor/lab-results/{results[day]}", json={"release": True}), 200)
    expected = [results[day] for day in ("2026-05-01", "2026-04-01", "2026-03-01")]

    assert read_all(patient, "/api/labs/results", "id", set(expected)) == expected
    assert read_all(patient, "/api/labs/trends/platelets", "result_id", set(expected)) == expected
    assert read_all(world.people["doctor"], "/api/doctor/lab-results", "id", set(expected)) == expected
    chart = made(doctor.get(f"/api/doctor/patients/{patient.id}"), 200)["results"]
    assert [one["id"] for one in chart if one["id"] in expected] == expected


def test_own_bookings_are_ordered_by_their_time(world: World, patient: Person) -> None:
    day = free_times(patient.http, world.people["doctor"].id, days=10)[-1].date().isoformat()
    slots = made(patient.http.get("/api/labs/slots", params={"day": day}), 200)["items"]
    times = [slots[place]["starts_at"] for place in (40, 10, 30, 20)]
    booked = {at: made(patient.http.post("/api/labs/bookings", json={"test_codes": ["CRP"], "starts_at": at})) for at in times}
    expected = [booked[at]["id"] for at in sorted(times, reverse=True)]
    assert read_all(patient, "/api/labs/bookings", "id", set(expected)) == expected


def read_all(person: Person, path: str, member: str, wanted: set[int]) -> list[int]:
    """Return the wanted ids of a list in its order, read in pages of two items."""
    found: list[int] = []
    cursor = None
    while True:
        page = made(person.http.get(path, params={"limit": 2, **({"cursor": cursor} if cursor else {})}), 200)
        found += [one[member] for one in page["items"] if one[member] in wanted]
        cursor = page["next_cursor"]
        if cursor is None:
            return found


def test_order_is_withdrawn_by_its_doctor_before_collection(world: World, patient: Person) -> None:
    doctor, stranger, reason = world.people["doctor"].http, world.people["other_doctor"].http, {"reason": "Measured last week"}
    withdrawn, collected = order(world, patient, "CRP"), order(world, patient, "CRP")
    bring_to(world, collected, "collected")
    assert stranger.put(f"/api/doctor/lab-orders/{withdrawn}/cancel", json=reason).status_code == 404
    assert doctor.put(f"/api/doctor/lab-orders/{withdrawn}/cancel", json={"reason": "  "}).status_code == 422
    late = doctor.put(f"/api/doctor/lab-orders/{collected}/cancel", json=reason)
    assert (late.status_code, late.json()["code"]) == (409, "illegal_transition")
    done = doctor.put(f"/api/doctor/lab-orders/{withdrawn}/cancel", json=reason, headers={"If-Match": '"1"'})
    assert made(done, 200)["version"] == 2
    assert made(doctor.put(f"/api/doctor/lab-orders/{withdrawn}/cancel", json={"reason": "Once more"}), 200) == done.json()

    for reader in (patient, world.people["lab"]):
        seen = made(reader.http.get(f"/api/labs/bookings/{withdrawn}"), 200)
        assert (seen["status"], seen["status_reason"], seen["cancelled_by"]) == ("cancelled", "Measured last week", "doctor")
        assert (seen["cancelled_by_person"]["id"], seen["cancelled_at"]) == (
            world.people["doctor"].id,
            done.json()["cancelled_at"],
        )
    own = {"patient_id": patient.id, "limit": 100}
    listed = {one["id"]: one for one in made(doctor.get("/api/doctor/lab-orders", params=own), 200)["items"]}
    assert {withdrawn, collected} <= listed.keys()
    assert listed[withdrawn] == done.json()
    cancelled = made(doctor.get("/api/doctor/lab-orders", params={**own, "status": "cancelled"}), 200)["items"]
    assert [one["id"] for one in cancelled] == [withdrawn]
    assert made(stranger.get("/api/doctor/lab-orders", params=own), 200)["items"] == []


def test_order_is_withdrawn_by_the_laboratory_with_reason(world: World, patient: Person) -> None:
    lab, booking_id = world.people["lab"].http, order(world, patient, "CRP")
    path = f"/api/labs/bookings/{booking_id}/status"
    assert lab.put(path, json={"status": "cancelled"}).status_code == 422
    made(lab.put(path, json={"status": "cancelled", "reason": "Reagent recalled"}), 200)
    seen = made(patient.http.get(f"/api/labs/bookings/{booking_id}"), 200)
    assert (seen["status_reason"], seen["cancelled_by"]) == ("Reagent recalled", "lab")
    assert seen["cancelled_by_person"]["id"] == world.people["lab"].id
    of_doctor = made(world.people["doctor"].http.get("/api/doctor/lab-orders", params={"patient_id": patient.id}), 200)["items"]
    assert [one["status_reason"] for one in of_doctor if one["id"] == booking_id] == ["Reagent recalled"]

    rejected = order(world, patient, "CRP")
    bring_to(world, rejected, "collected")
    made(lab.put(f"/api/labs/bookings/{rejected}/status", json={"status": "rejected", "reason": "Clotted"}), 200)
    made(lab.put(f"/api/labs/bookings/{rejected}/status", json={"status": "cancelled", "reason": "Patient moved away"}), 200)
    mine = order(world, patient, "CRP")
    made(patient.http.put(f"/api/labs/bookings/{mine}/cancel"), 200)
    assert made(patient.http.get(f"/api/labs/bookings/{mine}"), 200)["cancelled_by"] == "patient"


def test_lab_booking_during_own_visit_is_refused(hospital: Hospital, world: World) -> None:
    patient = hospital.register("ivo@example.org", "Ivo Keller")
    doctor = world.people["doctor"]
    free = {at.astimezone(UTC) for at in free_times(patient.http, doctor.id, days=9)}
    day = max(free).date().isoformat()
    slots = made(patient.http.get("/api/labs/slots", params={"day": day}), 200)["items"]
    at = next(slot["starts_at"] for slot in slots if datetime.fromisoformat(slot["starts_at"]) in free)
    visit = made(patient.http.post("/api/appointments", json={"doctor_id": doctor.id, "starts_at": at}))

    shown = made(patient.http.get("/api/labs/slots", params={"day": day}), 200)["items"]
    colliding = [slot for slot in shown if slot["other"] is not None]
    assert [slot["starts_at"] for slot in colliding] == [at, shown[shown.index(colliding[0]) + 1]["starts_at"]]
    other = {"kind": "visit", "id": visit["id"], "starts_at": visit["starts_at"], "ends_at": visit["ends_at"]}
    assert [slot["other"] for slot in colliding] == [other, other]
    others = made(world.people["other_patient"].http.get("/api/labs/slots", params={"day": day}), 200)["items"]
    assert all(slot["other"] is None for slot in others if slot["starts_at"] == at)

    of_patient: dict[str, Any] = {"day": day, "patient_id": patient.id}
    assert made(doctor.http.get("/api/labs/slots", params=of_patient), 200)["items"] == shown, "the times of a patient in care"
    assert made(patient.http.get("/api/labs/slots", params=of_patient), 200)["items"] == shown
    for person in ("other_patient", "other_doctor", "lab", "admin"):
        assert world.people[person].http.get("/api/labs/slots", params=of_patient).status_code == 404, person

    body = {"test_codes": ["CRP"], "starts_at": at}
    refused = patient.http.post("/api/labs/bookings", json=body)
    assert (refused.status_code, refused.json()["code"], refused.json()["other"]) == (409, "patient_busy", other)
    ordered = doctor.http.post("/api/doctor/lab-orders", json={**body, "patient_id": patient.id})
    assert (ordered.status_code, ordered.json()["code"], ordered.json()["other"]) == (409, "patient_busy", other)
    assert ordered.json()["detail"].startswith("The patient has another appointment at that time.")
    offered = refused.json()["alternatives"]
    assert len(offered) == 5
    assert not {slot["starts_at"] for slot in colliding} & set(offered)
    made(patient.http.post("/api/labs/bookings", json={**body, "starts_at": offered[0]}))
    made(patient.http.put(f"/api/appointments/{visit['id']}/cancel"), 200)
    made(patient.http.post("/api/labs/bookings", json=body))
    patient.http.close()


def test_one_person_takes_one_place_of_a_quarter(hospital: Hospital, world: World) -> None:
    patient = hospital.register("uta@example.org", "Uta Brandt")
    day = free_times(patient.http, world.people["doctor"].id, days=10)[-1].date().isoformat()
    slot = made(patient.http.get("/api/labs/slots", params={"day": day}), 200)["items"][20]
    body = {"test_codes": ["CRP"], "starts_at": slot["starts_at"]}
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: patient.http.post("/api/labs/bookings", json=body), range(4)))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409]
    (own,) = (answer.json()["id"] for answer in answers if answer.status_code == 201)
    others = [answer.json() for answer in answers if answer.status_code == 409]
    assert {(one["code"], one["other"]["kind"], one["other"]["id"]) for one in others} == {("patient_busy", "laboratory", own)}
    later = datetime.fromisoformat(slot["starts_at"]) + timedelta(minutes=7)
    between = patient.http.post("/api/labs/bookings", json={**body, "starts_at": later.isoformat()})
    assert (between.status_code, between.json()["code"]) == (409, "patient_busy")
    left = made(world.people["other_patient"].http.get("/api/labs/slots", params={"day": day}), 200)["items"][20]["free"]
    assert left == slot["free"] - 1
    patient.http.close()
