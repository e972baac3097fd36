"""A doctor's laboratory orders: priority, changes before collection, the expected time, late ones, and repeated tests."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from tests import databases
from tests.hospital import Hospital, Person, free_times
from tests.world import World, made

ORDERS = "/api/doctor/lab-orders"
CHANGE = {"test_codes": ["CBC", "CRP"], "priority": "stat", "note": "Fever"}


@pytest.fixture(scope="module")
def patient(hospital: Hospital, world: World) -> Iterator[Person]:
    """Register a patient with a visit to the world's doctor, so that the doctor may order tests."""
    registered = hospital.register("ola@example.org", "Ola Winter", date_of_birth="1979-02-03", sex="female")
    doctor_id = world.people["doctor"].id
    at = free_times(registered.http, doctor_id, days=10)[33]
    made(registered.http.post("/api/appointments", json={"doctor_id": doctor_id, "starts_at": at.isoformat()}))
    yield registered
    registered.http.close()


@pytest.fixture
def doctor(world: World) -> httpx.Client:
    return world.people["doctor"].http


def order(doctor: httpx.Client, patient: Person, *codes: str, **more: Any) -> dict[str, Any]:
    return made(doctor.post(ORDERS, json={"patient_id": patient.id, "test_codes": codes, **more}))


def bring_to(world: World, booking_id: int, *statuses: str) -> dict[str, Any]:
    answers = [
        world.people["lab"].http.put(f"/api/labs/bookings/{booking_id}/status", json={"status": one, "reason": "Clotted"})
        for one in statuses
    ]
    return [made(answer, 200) for answer in answers][-1]


def verify(world: World, booking_id: int, code: str, analyte: str, value: float, unit: str) -> int:
    lab, body = world.people["lab"].http, {"analyte": analyte, "value": value, "unit": unit}
    entered = made(lab.post(f"/api/labs/bookings/{booking_id}/results", json={"test_code": code, "observations": [body]}))
    made(lab.put(f"/api/labs/results/{entered['id']}/verify"), 200)
    return int(entered["id"])


def expect_earlier(hospital: Hospital, booking_id: int, hours: int) -> None:
    """Move the collection of a booking and the time that follows from it into the past."""
    moved = ", ".join(f"{name} = {databases.shifted(name, -hours * 3600)}" for name in ("collected_at", "expected_by"))
    databases.execute(hospital.database, f"UPDATE lab_bookings SET {moved} WHERE id = ?", booking_id)


def refused(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


def instant(text: str) -> datetime:
    return datetime.fromisoformat(text)


def test_stat_order_reaches_the_worklist(world: World, patient: Person, doctor: httpx.Client) -> None:
    urgent, routine = order(doctor, patient, "CBC", priority="stat"), order(doctor, patient, "CBC")
    assert (urgent["priority"], routine["priority"]) == ("stat", "routine")
    seen = made(world.people["lab"].http.get(f"/api/labs/bookings/{urgent['id']}"), 200)
    assert seen["priority"] == "stat"


def test_changed_order_is_seen_by_the_patient(world: World, patient: Person, doctor: httpx.Client) -> None:
    ordered = order(doctor, patient, "CBC", "TSH", note="Tired")
    path = f"{ORDERS}/{ordered['id']}"
    assert made(doctor.get(path), 200) == ordered
    changed = made(doctor.put(path, json=CHANGE, headers={"If-Match": '"1"'}), 200)
    assert [one["code"] for one in changed["tests"]] == ["CBC", "CRP"]
    assert (changed["priority"], changed["note"], changed["version"]) == ("stat", "Fever", 2)
    seen = made(patient.http.get(f"/api/labs/bookings/{ordered['id']}"), 200)
    assert seen == changed
    assert made(doctor.put(path, json=CHANGE), 200)["version"] == 2, "the same again has no effect"
    assert refused(doctor.put(path, json={**CHANGE, "note": None}, headers={"If-Match": '"1"'})) == (412, "stale")
    unknown = doctor.put(path, json={**CHANGE, "test_codes": ["CBC", "NONE"]})
    assert (refused(unknown), unknown.json()["codes"]) == ((422, "unknown_test"), ["NONE"])
    assert made(doctor.get(path), 200) == changed


def test_kept_test_keeps_its_price(world: World, patient: Person, doctor: httpx.Client) -> None:
    admin, test = world.people["admin"].http, {"name": "Kept", "category": "ours", "specimen": "serum", "turnaround_hours": 2}
    made(admin.post("/api/labs/tests", json={**test, "code": "KEPT", "price_minor": 500}))
    ordered = order(doctor, patient, "KEPT")
    made(admin.put("/api/labs/tests/KEPT", json={**test, "price_minor": 900, "active": False}), 200)
    body = {**CHANGE, "test_codes": ["CRP", "KEPT"]}
    changed = made(doctor.put(f"{ORDERS}/{ordered['id']}", json=body), 200)
    assert [one["code"] for one in changed["tests"]] == ["CRP", "KEPT"]
    assert changed["tests"][1]["price_minor"] == 500


def test_another_doctor_finds_no_order(world: World, patient: Person, doctor: httpx.Client) -> None:
    ordered, stranger = order(doctor, patient, "CBC"), world.people["other_doctor"].http
    path = f"{ORDERS}/{ordered['id']}"
    for answer in (
        stranger.get(path),
        stranger.put(path, json=CHANGE),
        stranger.get(f"/api/doctor/patients/{patient.id}/lab-orders"),
        stranger.get(f"{ORDERS}/repeats", params={"patient_id": patient.id, "test_codes": "CBC"}),
    ):
        assert refused(answer) == (404, "not_found")
    assert made(doctor.get(path), 200)["version"] == 1


@pytest.mark.parametrize("statuses", [("collected",), ("collected", "rejected"), ("cancelled",)], ids=lambda one: one[-1])
def test_order_with_a_specimen_cannot_change(
    world: World, patient: Person, doctor: httpx.Client, statuses: tuple[str, ...]
) -> None:
    ordered = order(doctor, patient, "CBC")
    bring_to(world, ordered["id"], *statuses)
    answer = doctor.put(f"{ORDERS}/{ordered['id']}", json=CHANGE)
    assert refused(answer) == (409, "illegal_transition")
    assert "until a specimen is collected" in answer.json()["detail"]
    assert [one["code"] for one in made(doctor.get(f"{ORDERS}/{ordered['id']}"), 200)["tests"]] == ["CBC"]


def test_moved_order_frees_its_place(world: World, patient: Person, doctor: httpx.Client) -> None:
    day = (datetime.now(UTC) + timedelta(days=23)).date().isoformat()

    def slots() -> dict[str, dict[str, Any]]:
        items = made(patient.http.get("/api/labs/slots", params={"day": day}), 200)["items"]
        return {slot["starts_at"]: slot for slot in items}

    before = slots()
    first, second, third = [at for at, slot in before.items() if slot["other"] is None and slot["free"] > 0][10:13]
    ordered = order(doctor, patient, "CBC", starts_at=first)
    path = f"{ORDERS}/{ordered['id']}"
    kept = made(doctor.put(path, json=CHANGE), 200)
    assert kept["starts_at"] == first, "a time that is left out stays"
    moved = made(doctor.put(path, json={**CHANGE, "starts_at": second}), 200)
    assert moved["starts_at"] == second
    after = slots()
    assert after[first]["free"] == before[first]["free"]
    assert after[second]["free"] == before[second]["free"] - 1
    assert after[second]["other"]["id"] == ordered["id"]

    order(doctor, patient, "TSH", starts_at=third)
    assert refused(doctor.put(path, json={**CHANGE, "starts_at": third})) == (409, "patient_busy")
    assert refused(doctor.put(path, json={**CHANGE, "starts_at": "2020-01-01T09:00:00Z"})) == (409, "lab_full")
    assert made(doctor.get(path), 200) == moved
    untimed = made(doctor.put(path, json={**CHANGE, "starts_at": None}), 200)
    assert untimed["starts_at"] is None
    assert slots()[second] == before[second]


def test_moved_order_claims_no_taken_place(world: World, patient: Person, doctor: httpx.Client) -> None:
    day = (datetime.now(UTC) + timedelta(days=24)).date().isoformat()
    slots = made(patient.http.get("/api/labs/slots", params={"day": day}), 200)["items"]
    [full, own] = [slot["starts_at"] for slot in slots if slot["other"] is None and slot["free"] > 0][20:22]
    ordered = order(doctor, patient, "CBC", starts_at=own)
    free = next(slot["free"] for slot in slots if slot["starts_at"] == full)
    for number in range(free):
        other = world.hospital.register(f"full{number}@example.org", f"Full {number}")
        made(other.http.post("/api/labs/bookings", json={"test_codes": ["CBC"], "starts_at": full}))
        other.http.close()
        if number == 0:
            # the first place is taken, so the order gets the next one
            for at in (full, own):
                made(doctor.put(f"{ORDERS}/{ordered['id']}", json={**CHANGE, "starts_at": at}), 200)
    answer = doctor.put(f"{ORDERS}/{ordered['id']}", json={**CHANGE, "starts_at": full})
    assert refused(answer) == (409, "lab_full")
    assert answer.json()["alternatives"]
    assert made(doctor.get(f"{ORDERS}/{ordered['id']}"), 200)["starts_at"] == own


def test_expected_time_follows_the_collection(world: World, patient: Person, doctor: httpx.Client) -> None:
    tests = {one["code"]: one for one in made(doctor.get("/api/labs/tests?q=thyroid&limit=100"), 200)["items"]}
    routine, urgent = order(doctor, patient, "CBC", "TSH"), order(doctor, patient, "CBC", priority="stat")
    assert (routine["expected_by"], routine["late"]) == (None, False)
    collected = bring_to(world, routine["id"], "collected")
    waits = instant(collected["expected_by"]) - instant(collected["collected_at"])
    assert waits == timedelta(hours=tests["TSH"]["turnaround_hours"])
    stat = bring_to(world, urgent["id"], "collected")
    assert instant(stat["expected_by"]) - instant(stat["collected_at"]) == timedelta(minutes=60)
    assert bring_to(world, urgent["id"], "rejected")["expected_by"] is None
    assert bring_to(world, urgent["id"], "collected")["expected_by"] is not None


def test_late_orders_are_listed_and_counted(hospital: Hospital, world: World, patient: Person, doctor: httpx.Client) -> None:
    counted = made(doctor.get(f"{ORDERS}/counts"), 200)
    late, timely, rejected = (order(doctor, patient, "CRP")["id"] for _ in range(3))
    for booking_id in (late, timely, rejected):
        bring_to(world, booking_id, "collected", "received")
    bring_to(world, rejected, "rejected")
    for booking_id in (late, rejected):
        expect_earlier(hospital, booking_id, 24 * 5)

    def listed(**query: Any) -> set[int]:
        params = {"patient_id": patient.id, "limit": 100, **query}
        return {one["id"] for one in made(doctor.get(ORDERS, params=params), 200)["items"]}

    assert listed(late=True) == {late}
    assert {timely, rejected} <= listed(late=False)
    assert late not in listed(late=False)
    assert made(doctor.get(f"{ORDERS}/{late}"), 200)["late"]
    now = made(doctor.get(f"{ORDERS}/counts"), 200)
    assert (now["late"], now["rejected"]) == (counted["late"] + 1, counted["rejected"] + 1)
    assert rejected in listed(status="rejected")

    verify(world, late, "CRP", "crp", 4, "mg/L")
    verified = made(doctor.get(f"{ORDERS}/{late}"), 200)
    assert (verified["status"], verified["late"]) == ("verified", False)
    assert verified["tests"][0]["result_id"] is not None
    assert made(doctor.get(f"{ORDERS}/counts"), 200)["late"] == counted["late"]


def test_patients_orders_are_those_of_every_doctor(world: World, patient: Person, doctor: httpx.Client) -> None:
    ordered = order(doctor, patient, "CBC")
    day = (datetime.now(UTC) + timedelta(days=25)).date().isoformat()
    slots = made(patient.http.get("/api/labs/slots", params={"day": day}), 200)["items"]
    at = next(slot["starts_at"] for slot in slots[5:] if slot["other"] is None and slot["free"] > 0)
    booked = made(patient.http.post("/api/labs/bookings", json={"test_codes": ["CRP"], "starts_at": at}))
    found = made(doctor.get(f"/api/doctor/patients/{patient.id}/lab-orders", params={"limit": 100}), 200)["items"]
    assert {ordered["id"], booked["id"]} <= {one["id"] for one in found}


def test_orders_of_a_visit_are_filtered(world: World, doctor: httpx.Client) -> None:
    patient, visit = world.people["patient"], world.ids["appointment_id"]
    ordered = order(doctor, patient, "CBC", appointment_id=visit)
    found = made(doctor.get(ORDERS, params={"appointment_id": visit, "limit": 100}), 200)["items"]
    assert ordered["id"] in {one["id"] for one in found}
    assert {one["appointment_id"] for one in found} == {visit}


def test_repeats_name_the_last_time_and_its_value(hospital: Hospital, world: World, doctor: httpx.Client) -> None:
    patient = hospital.register("rea-peat@example.org", "Rea Peat", date_of_birth="1960-02-03", sex="female")
    at = free_times(patient.http, world.people["doctor"].id, days=10)[35]
    made(patient.http.post("/api/appointments", json={"doctor_id": world.people["doctor"].id, "starts_at": at.isoformat()}))

    def repeats(codes: str = "HBA1C,TSH,CBC,NONE", **more: Any) -> list[dict[str, Any]]:
        params = {"patient_id": patient.id, "test_codes": codes, **more}
        return list(made(doctor.get(f"{ORDERS}/repeats", params=params), 200)["items"])

    assert repeats() == []
    measured = order(doctor, patient, "HBA1C", "CBC")["id"]
    [found] = repeats()
    assert (found["code"], found["status"], found["result"]) == ("HBA1C", "booked", None)
    assert repeats(booking_id=measured) == [], "the order that is being changed is no repeat of itself"
    bring_to(world, measured, "collected", "received")
    result_id = verify(world, measured, "HBA1C", "hba1c", 6.9, "%")
    [found] = repeats()
    assert (found["booking_id"], found["result"]["id"]) == (measured, result_id)
    assert found["result"]["observations"][0]["value"] == 6.9
    assert instant(found["again_from"]) - instant(found["at"]) == timedelta(days=90)
    assert found["ordered_by"]["id"] == world.people["doctor"].id

    again = order(doctor, patient, "HBA1C")
    assert [one["booking_id"] for one in repeats()] == [again["id"]], "ordering is still possible, and the last one counts"
    made(doctor.put(f"{ORDERS}/{again['id']}/cancel", json={"reason": "Ordered twice"}), 200)
    assert [one["booking_id"] for one in repeats()] == [measured]
    expect_earlier(hospital, measured, 24 * 91)
    assert repeats() == []
    patient.http.close()
