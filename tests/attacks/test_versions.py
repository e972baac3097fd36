"""Many people change one record that all of them have read: one is heard, everybody else is told that it has changed."""

import re
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from careplus_contracts.endpoints import Endpoint
from careplus_contracts.registry import ENDPOINTS
from tests.attacks.ledger import all_at_once, crowd_of
from tests.hospital import free_times
from tests.world import World, made

CROWD = 50
WEEK = [{"weekday": day, "starts": "00:00", "ends": "24:00"} for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")]
TEST = {"name": "Crowded", "category": "ours", "specimen": "serum", "turnaround_hours": 4, "price_minor": 450}
Rival = Callable[[int], Any]
"""The body of the one who comes with this number; no two are the same."""


def own_account(world: World) -> tuple[str, str, str, Rival]:
    return "lab", "/auth/me", "/auth/me", lambda number: {"full_name": f"Lea Labor {number}"}


def somebodys_account(world: World) -> tuple[str, str, str, Rival]:
    invited = {"email": "crowded@example.org", "full_name": "Cora Crowd", "role": "lab"}
    made(world.people["admin"].http.post("/api/admin/invitations", json=invited))
    found = world.people["admin"].http.get("/api/admin/accounts", params={"q": "crowded@example.org"}).json()["items"]
    path = f"/api/admin/accounts/{found[0]['id']}"
    # all but the first would change nothing: they have to be told all the same
    return "admin", path, path, lambda number: {"role": "lab", "active": False}


def profile(world: World) -> tuple[str, str, str, Rival]:
    path = "/api/doctor/profile"
    return "other_doctor", path, path, lambda number: {"full_name": f"Dr Nils Lind {number}", "specialty": "Dermatology"}


def week(world: World) -> tuple[str, str, str, Rival]:
    path = "/api/doctor/availability"
    return "other_doctor", path, path, lambda number: {"slot_minutes": 30, "place": f"Room {number}", "rules": WEEK}


def visit(world: World) -> tuple[str, str, str, Rival]:
    doctor, patient = world.people["doctor"], world.people["patient"].http
    times = free_times(patient, doctor.id, days=14)[400:]
    path = f"/api/appointments/{made(patient.post('/api/appointments', json=_booked(doctor.id, times[0])))['id']}"
    return "patient", path, path, lambda number: {"starts_at": times[1 + number].isoformat()}


def notes(world: World) -> tuple[str, str, str, Rival]:
    doctor, patient = world.people["doctor"], world.people["patient"].http
    at = free_times(patient, doctor.id, days=14)[480]
    path = f"/api/doctor/appointments/{made(patient.post('/api/appointments', json=_booked(doctor.id, at)))['id']}/notes"
    return "doctor", path, path, lambda number: {"text": f"Draft {number}"}


def problems(world: World) -> tuple[str, str, str, Rival]:
    chart = f"/api/doctor/patients/{world.people['patient'].id}"
    return "doctor", chart, f"{chart}/problems", lambda number: {"problems": [{"name": f"No {number}", "status": "active"}]}


def allergies(world: World) -> tuple[str, str, str, Rival]:
    chart = f"/api/doctor/patients/{world.people['patient'].id}"
    one = {"severity": "mild"}
    return "doctor", chart, f"{chart}/allergies", lambda number: {"allergies": [{**one, "substance": f"Substance {number}"}]}


def profile_by_admin(world: World) -> tuple[str, str, str, Rival]:
    path = f"/api/admin/doctors/{world.people['other_doctor'].id}"
    return "admin", path, path, lambda number: {"full_name": f"Dr N Lind {number}", "specialty": "Dermatology", "active": True}


def referral(world: World) -> tuple[str, str, str, Rival]:
    body = {"patient_id": world.people["patient"].id, "to_external": "Elsewhere", "reason": "Crowd", "urgency": "routine"}
    sent = made(world.people["doctor"].http.post("/api/doctor/referrals", json=body))
    path = f"/api/doctor/referrals/{sent['id']}"
    return "doctor", '"1"', path, lambda number: {"status": "sent", "note": f"Note {number}"}


def catalogue(world: World) -> tuple[str, str, str, Rival]:
    made(world.people["admin"].http.post("/api/labs/tests", json={**TEST, "code": "CROWDED"}))
    return "admin", '"1"', "/api/labs/tests/CROWDED", lambda number: {**TEST, "price_minor": number}


def bench(world: World) -> tuple[str, str, str, Rival]:
    order = {"patient_id": world.people["patient"].id, "test_codes": ["CRP"]}
    booking = made(world.people["doctor"].http.post("/api/doctor/lab-orders", json=order))
    path = f"/api/labs/bookings/{booking['id']}"
    return "lab", path, f"{path}/status", lambda number: {"status": "collected"}


def cancelled_visit(world: World) -> tuple[str, str, str, Rival]:
    path = f"/api/appointments/{_visit(world, 490)}"
    return "patient", path, f"{path}/cancel", lambda number: {"reason": f"Reason {number}"}


def seen_visit(world: World) -> tuple[str, str, str, Rival]:
    path = f"/api/doctor/appointments/{_visit(world, 500)}"
    return "doctor", path, path, lambda number: {"status": "arrived", "note": f"Note {number}"}


def arrangement(world: World) -> tuple[str, str, str, Rival]:
    visit = _visit(world, 510)
    times = free_times(world.people["patient"].http, world.people["doctor"].id, days=14)[520:]
    path = f"/api/admin/appointments/{visit}"
    return "admin", '"1"', path, lambda number: {"starts_at": times[number].isoformat()}


def prescription(world: World) -> tuple[str, str, str, Rival]:
    item = {"medicine": "Ramipril 5 mg", "dose": "1 tablet", "route": "oral", "frequency": "daily", "duration_days": 30}
    body = {"patient_id": world.people["patient"].id, "items": [item]}
    written = made(world.people["doctor"].http.post("/api/doctor/prescriptions", json=body))
    path = f"/api/doctor/prescriptions/{written['id']}/stop"
    return "doctor", '"1"', path, lambda number: {"reason": f"Reason {number}"}


def cancelled_booking(world: World) -> tuple[str, str, str, Rival]:
    path = f"/api/labs/bookings/{_order(world)}"
    return "patient", path, f"{path}/cancel", lambda number: {"reason": f"Reason {number}"}


def entered_result(world: World) -> tuple[str, str, str, Rival]:
    path = f"/api/labs/results/{_result(world)}"
    # all but the first would change nothing here too
    return "lab", path, f"{path}/verify", lambda number: {"note": "Repeated, same value"}


def verified_result(world: World) -> tuple[str, str, str, Rival]:
    result = _result(world)
    etag = world.people["lab"].http.put(f"/api/labs/results/{result}/verify").headers["etag"]
    return "doctor", etag, f"/api/doctor/lab-results/{result}", lambda number: {"comment": f"Comment {number}"}


def _booked(doctor_id: int, at: Any) -> dict[str, Any]:
    return {"doctor_id": doctor_id, "starts_at": at.isoformat()}


def _visit(world: World, number: int) -> int:
    doctor, patient = world.people["doctor"], world.people["patient"].http
    at = free_times(patient, doctor.id, days=14)[number]
    return int(made(patient.post("/api/appointments", json=_booked(doctor.id, at)))["id"])


def _order(world: World) -> int:
    order = {"patient_id": world.people["patient"].id, "test_codes": ["CRP"]}
    return int(made(world.people["doctor"].http.post("/api/doctor/lab-orders", json=order))["id"])


def _result(world: World) -> int:
    booking, lab = f"/api/labs/bookings/{_order(world)}", world.people["lab"].http
    for status in ("collected", "received", "in_progress"):
        made(lab.put(f"{booking}/status", json={"status": status}), 200)
    entered = {"test_code": "CRP", "observations": [{"analyte": "crp", "value": 3.1}]}
    return int(made(lab.post(f"{booking}/results", json=entered))["id"])


Record = Callable[[World], tuple[str, str, str, Rival]]
"""Who changes it, where they read it, where they change it, with what. What nobody reads alone has its ETag instead."""
RECORDS: dict[str, Record] = {
    "update_me": own_account,
    "update_account": somebodys_account,
    "update_profile": profile,
    "update_doctor": profile_by_admin,
    "set_availability": week,
    "reschedule": visit,
    "cancel": cancelled_visit,
    "update_visit": seen_visit,
    "rearrange": arrangement,
    "write_notes": notes,
    "set_problems": problems,
    "set_allergies": allergies,
    "stop_prescription": prescription,
    "update_referral": referral,
    "update_test": catalogue,
    "set_booking_status": bench,
    "cancel_lab_booking": cancelled_booking,
    "verify_result": entered_result,
    "review_result": verified_result,
}
VERSIONED = [endpoint for endpoint in ENDPOINTS if endpoint.versioned]


def test_there_is_a_crowd_for_every_record() -> None:
    """And each PUT changes a record that has a version."""
    assert sorted(RECORDS) == sorted(endpoint.name for endpoint in VERSIONED)
    assert {endpoint.name for endpoint in ENDPOINTS if endpoint.method == "PUT"} == set(RECORDS)


@pytest.mark.parametrize("endpoint", VERSIONED, ids=lambda endpoint: endpoint.name)
async def test_one_of_a_crowd_is_heard(world: World, endpoint: Endpoint[..., Any]) -> None:
    name, read, path, rival = RECORDS[endpoint.name](world)
    assert re.fullmatch(re.sub(r"{\w+}", "[^/]+", endpoint.path), path), "that of this endpoint"
    person, readable = world.people[name], read.startswith("/")
    etag = person.http.get(read).headers["etag"] if readable else read
    headers = {"Authorization": f"Bearer {person.token}", "If-Match": etag}
    async with crowd_of(world.hospital, CROWD) as http:
        answers = await all_at_once(lambda number: http.put(path, json=rival(number), headers=headers), CROWD)
    assert Counter(answer.status_code for answer in answers) == {200: 1, 412: CROWD - 1}
    [heard] = [answer for answer in answers if answer.status_code == 200]
    assert heard.headers["etag"] == f'"{heard.json()["version"]}"'
    assert heard.json()["version"] == int(etag.strip('"')) + 1
    assert {answer.json()["version"] for answer in answers if answer.status_code == 412} == {heard.json()["version"]}
    if readable:
        now = person.http.get(read)
        assert now.headers["etag"] == heard.headers["etag"]
        assert {name: now.json()[name] for name in heard.json() if name in now.json()} == heard.json()
