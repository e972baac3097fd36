"""Specimens: labels before the collection, steps of one tube, rejections that stay readable, and the search by scanner."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from careplus_clinic.accessions import is_accession
from tests import databases
from tests.hospital import Hospital, Person, free_times
from tests.world import World, made

THREE_TUBES = ["CBC", "CRP", "GLU"]
HEMOGLOBIN = {"test_code": "CBC", "observations": [{"analyte": "hemoglobin", "value": 13.2, "unit": "g/dL"}]}
CRP = {"test_code": "CRP", "observations": [{"analyte": "crp", "value": 4, "unit": "mg/L"}]}
CLOTTED = {"status": "rejected", "reason": "The blood had clotted"}
Record = dict[str, Any]


@pytest.fixture(scope="module")
def patient(hospital: Hospital, world: World) -> Iterator[Person]:
    registered = hospital.register("tessa@example.org", "Tessa Bütler-Ångström", date_of_birth="1980-03-12", sex="female")
    doctor_id = world.people["doctor"].id
    at = free_times(registered.http, doctor_id, days=10)[35]
    made(registered.http.post("/api/appointments", json={"doctor_id": doctor_id, "starts_at": at.isoformat()}))
    yield registered
    registered.http.close()


@pytest.fixture
def booking(world: World, patient: Person) -> Record:
    body = {"patient_id": patient.id, "test_codes": THREE_TUBES}
    return made(world.people["doctor"].http.post("/api/doctor/lab-orders", json=body))


def tube(booking: Record, code: str) -> Record:
    """Return the specimen of a test that is not rejected."""
    [found] = [one for one in booking["specimens"] if code in one["test_codes"] and one["status"] != "rejected"]
    return dict(found)


def step(world: World, specimen: Record, status: str, reason: str | None = None, **headers: str) -> Any:
    path, body = f"/api/labs/specimens/{specimen['id']}/status", {"status": status, "reason": reason}
    return world.people["lab"].http.put(path, json=body, headers=headers)


def whole(world: World, booking: Record, **body: str) -> Record:
    return made(world.people["lab"].http.put(f"/api/labs/bookings/{booking['id']}/status", json=body), 200)


def enter(world: World, booking: Record, body: Record) -> Any:
    return world.people["lab"].http.post(f"/api/labs/bookings/{booking['id']}/results", json=body)


def now(person: Person, booking: Record) -> Record:
    return made(person.http.get(f"/api/labs/bookings/{booking['id']}"), 200)


def test_order_expects_one_specimen_of_each_type(booking: Record) -> None:
    assert [one["status"] for one in booking["specimens"]] == ["expected"] * len(booking["specimens"])
    assert sorted(code for one in booking["specimens"] for code in one["test_codes"]) == sorted(THREE_TUBES)
    types = [one["type"] for one in booking["specimens"]]
    assert len(types) == len(set(types)) == 3, types
    assert all(is_accession(one["accession"]) for one in booking["specimens"])


def test_booking_follows_its_specimens_to_received(world: World, booking: Record) -> None:
    lab = world.people["lab"]
    first, *others = booking["specimens"]
    seen = made(step(world, first, "collected"), 200)
    assert (seen["status"], seen["version"]) == ("booked", booking["version"] + 1)
    assert seen["specimens"][0]["collected_by"]["id"] == lab.id
    assert seen["specimens"][0]["collected_at"] == seen["collected_at"]
    assert whole(world, booking, status="collected")["status"] == "collected"
    assert made(step(world, first, "received"), 200)["status"] == "collected"
    # one specimen is here: its values can be entered, values of the other ones cannot
    assert enter(world, booking, HEMOGLOBIN).status_code == (201 if "CBC" in first["test_codes"] else 409)
    refused = enter(world, booking, CRP)
    assert (refused.status_code, refused.json()["code"], refused.json()["current"]) == (409, "illegal_transition", "collected")
    for other in others:
        made(step(world, other, "received"), 200)
    assert now(lab, booking)["status"] == "in_progress"


def test_rejection_of_one_specimen_keeps_the_others(world: World, patient: Person, booking: Record) -> None:
    lab, doctor = world.people["lab"], world.people["doctor"]
    for status in ("collected", "received"):
        whole(world, booking, status=status)
    kept, lost = made(enter(world, booking, HEMOGLOBIN)), made(enter(world, booking, CRP))
    rejected = tube(booking, "CRP")
    assert step(world, rejected, "rejected").status_code == 422
    after = made(step(world, rejected, "rejected", "Sample haemolysed"), 200)
    assert (after["status"], after["status_reason"]) == ("rejected", "Sample haemolysed")
    assert lab.http.get(f"/api/labs/results/{kept['id']}").status_code == 200
    assert lab.http.get(f"/api/labs/results/{lost['id']}").status_code == 404
    again = tube(after, "CRP")
    assert (again["status"], again["id"] != rejected["id"], again["accession"] != rejected["accession"]) == (
        "expected",
        True,
        True,
    )
    final = step(world, rejected, "collected")
    assert (final.status_code, final.json()["code"], final.json()["legal"]) == (409, "illegal_transition", [])

    # the booking can be collected as a whole, and the earlier reason stays readable
    collected = whole(world, booking, status="collected")
    assert (collected["status"], collected["status_reason"]) == ("collected", None)
    listed = made(doctor.http.get("/api/doctor/lab-orders", params={"patient_id": patient.id, "limit": 100}), 200)["items"]
    for seen in (now(lab, booking), next(one for one in listed if one["id"] == booking["id"])):
        [old] = [one for one in seen["specimens"] if one["status"] == "rejected"]
        assert (old["id"], old["rejection_reason"]) == (rejected["id"], "Sample haemolysed")
        assert (old["rejected_by"]["id"], old["collected_by"]["id"]) == (lab.id, lab.id)
        assert old["rejected_at"] >= old["received_at"] >= old["collected_at"]


def test_whole_booking_is_rejected_and_collected_again(world: World, booking: Record) -> None:
    for status in ("collected", "received", "in_progress"):
        whole(world, booking, status=status)
    rejected = whole(world, booking, **CLOTTED)
    statuses = sorted(one["status"] for one in rejected["specimens"])
    assert statuses == ["expected"] * 3 + ["rejected"] * 3
    assert len({one["accession"] for one in rejected["specimens"]}) == 6
    for status in ("collected", "received", "in_progress"):
        assert whole(world, booking, status=status)["status"] == status


def test_result_has_the_time_of_its_own_specimen(hospital: Hospital, world: World, booking: Record) -> None:
    for status in ("collected", "received"):
        whole(world, booking, status=status)
    first = made(enter(world, booking, HEMOGLOBIN))
    made(step(world, tube(booking, "CRP"), "rejected", "Too little blood"), 200)
    whole(world, booking, status="collected")
    again = tube(now(world.people["lab"], booking), "CRP")
    databases.execute(hospital.database, "UPDATE specimens SET collected_at = '2029-03-04T05:06:07Z' WHERE id = ?", again["id"])
    made(step(world, again, "received"), 200)
    second = made(enter(world, booking, CRP))
    # the booking has the time of the last specimen by now
    again_first = made(enter(world, booking, HEMOGLOBIN))
    own = tube(now(world.people["lab"], booking), "CBC")["collected_at"]
    assert first["collected_at"] == again_first["collected_at"] == own
    assert second["collected_at"] == "2029-03-04T05:06:07Z" != own


def test_unverified_result_allows_rejection_verified_does_not(world: World, patient: Person) -> None:
    lab = world.people["lab"].http
    body = {"patient_id": patient.id, "test_codes": ["CRP"]}
    order = made(world.people["doctor"].http.post("/api/doctor/lab-orders", json=body))
    for status in ("collected", "received"):
        whole(world, order, status=status)
    made(enter(world, order, CRP))
    # haemolysis is often seen when the value is verified
    assert made(step(world, tube(order, "CRP"), "rejected", "Sample haemolysed"), 200)["status"] == "rejected"
    for status in ("collected", "received"):
        whole(world, order, status=status)
    made(lab.put(f"/api/labs/results/{made(enter(world, order, CRP))['id']}/verify"), 200)
    last = now(world.people["lab"], order)
    refused = step(world, tube(last, "CRP"), "rejected", "Too late")
    assert (last["status"], refused.status_code, refused.json()["code"]) == ("verified", 409, "illegal_transition")


def test_booking_is_not_withdrawn_while_a_specimen_is_measured(world: World, patient: Person, booking: Record) -> None:
    doctor, lab = world.people["doctor"].http, world.people["lab"].http
    for status in ("collected", "received"):
        whole(world, booking, status=status)
    result = made(enter(world, booking, HEMOGLOBIN))
    made(step(world, tube(booking, "CRP"), "rejected", "Too little blood"), 200)
    path, reason = f"/api/doctor/lab-orders/{booking['id']}/cancel", {"reason": "Not needed"}
    for refused in (
        doctor.put(path, json=reason),
        patient.http.put(f"/api/labs/bookings/{booking['id']}/cancel"),
        lab.put(f"/api/labs/bookings/{booking['id']}/status", json={"status": "cancelled", **reason}),
    ):
        assert (refused.status_code, refused.json()["code"]) == (409, "illegal_transition")
        assert "in the laboratory" in refused.json()["detail"]
    made(lab.put(f"/api/labs/results/{result['id']}/verify"), 200)
    made(step(world, tube(booking, "GLU"), "rejected", "Too little blood"), 200)
    done = made(doctor.put(path, json=reason), 200)
    assert (done["status"], done["status_reason"]) == ("cancelled", "Not needed")
    refused = step(world, tube(now(world.people["lab"], booking), "CRP"), "collected")
    assert (refused.status_code, refused.json()["code"]) == (409, "illegal_transition")
    assert made(lab.get(f"/api/labs/results/{result['id']}"), 200)["status"] == "verified"


def test_two_people_collect_one_specimen_once(world: World, booking: Record) -> None:
    specimen = booking["specimens"][0]
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: step(world, specimen, "collected"), range(4)))
    assert [answer.status_code for answer in answers] == [200] * 4
    assert {answer.json()["version"] for answer in answers} == {booking["version"] + 1}
    stale = step(world, specimen, "received", **{"If-Match": f'"{booking["version"]}"'})
    assert (stale.status_code, stale.json()["code"]) == (412, "stale")
    with ThreadPoolExecutor(4) as pool:
        rejected = list(pool.map(lambda _: step(world, specimen, "rejected", "Clotted"), range(4)))
    assert [answer.status_code for answer in rejected] == [200] * 4
    assert len(now(world.people["lab"], booking)["specimens"]) == len(booking["specimens"]) + 1


def test_scanned_number_finds_its_booking_in_every_status(world: World, patient: Person, booking: Record) -> None:
    lab, number = world.people["lab"].http, booking["specimens"][1]["accession"]

    def found(q: str, **more: str) -> list[int]:
        return [one["id"] for one in made(lab.get("/api/labs/worklist", params={"q": q, **more}), 200)["items"]]

    for typed in (number, number.lower(), f"{number[:3]} {number[3:6]}-{number[6:]}", booking["reference"]):
        assert found(typed) == [booking["id"]]
    made(world.people["doctor"].http.put(f"/api/doctor/lab-orders/{booking['id']}/cancel", json={"reason": "Not needed"}), 200)
    assert found(number) == [booking["id"]]
    assert found(number, status="booked") == []
    assert booking["id"] not in found("Tessa")
    assert found(number[:-1] + ("2" if number[-1] != "2" else "3")) == []


def test_worklist_is_searched_by_name_and_birth_date(world: World, patient: Person, booking: Record) -> None:
    lab = world.people["lab"].http
    for q in ("butler", "Buetler angstrom", "1980-03-12", "Tessa 1980-03-12"):
        page = made(lab.get("/api/labs/worklist", params={"q": q, "limit": 100}), 200)["items"]
        assert booking["id"] in [one["id"] for one in page], q
        assert {one["patient"]["id"] for one in page} == {patient.id}, q
        counts = made(lab.get("/api/labs/worklist/counts", params={"q": q}), 200)
        assert counts["all"] == len(page), q
    for q in ("Tessa 1980-03-13", "1980-02-30", "Nobody"):
        assert made(lab.get("/api/labs/worklist", params={"q": q}), 200)["items"] == []


def test_worklist_counts_every_page(hospital: Hospital, world: World, booking: Record) -> None:
    lab = world.people["lab"].http
    counts = made(lab.get("/api/labs/worklist/counts"), 200)
    assert counts["all"] == sum(number for name, number in counts.items() if name not in {"all", "stat"})
    seen: list[Record] = []
    cursor: dict[str, str] = {}
    while True:
        page = made(lab.get("/api/labs/worklist", params={"limit": 3, **cursor}), 200)
        seen += page["items"]
        if page["next_cursor"] is None:
            break
        cursor = {"cursor": page["next_cursor"]}
    assert len(seen) == counts["all"] > 3
    assert sum(one["status"] == "booked" for one in seen) == counts["booked"]
    for role in ("patient", "doctor", "admin"):
        assert world.people[role].http.get("/api/labs/worklist/counts").status_code == 403


def test_urgent_booking_is_first_in_the_worklist(hospital: Hospital, world: World, booking: Record) -> None:
    lab = world.people["lab"].http
    stat = made(lab.get("/api/labs/worklist/counts"), 200)["stat"]
    databases.execute(hospital.database, "UPDATE lab_bookings SET priority = 'stat' WHERE id = ?", booking["id"])
    assert made(lab.get("/api/labs/worklist/counts"), 200)["stat"] == stat + 1
    first = made(lab.get("/api/labs/worklist", params={"limit": stat + 1}), 200)
    assert {one["priority"] for one in first["items"]} == {"stat"}
    assert booking["id"] in [one["id"] for one in first["items"]]
    rest = made(lab.get("/api/labs/worklist", params={"limit": 100, "cursor": first["next_cursor"]}), 200)["items"]
    assert "stat" not in {one["priority"] for one in rest}
    times = [one["starts_at"] or one["created_at"] for one in rest]
    assert times == sorted(times)
