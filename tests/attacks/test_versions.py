"""Many people change one record that all of them have read: one is heard, everybody else is told that it has changed."""

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

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
    return "doctor", "", path, lambda number: {"status": "sent", "note": f"Note {number}"}


def catalogue(world: World) -> tuple[str, str, str, Rival]:
    made(world.people["admin"].http.post("/api/labs/tests", json={**TEST, "code": "CROWDED"}))
    return "admin", "", "/api/labs/tests/CROWDED", lambda number: {**TEST, "price_minor": number}


def bench(world: World) -> tuple[str, str, str, Rival]:
    order = {"patient_id": world.people["patient"].id, "test_codes": ["CRP"]}
    booking = made(world.people["doctor"].http.post("/api/doctor/lab-orders", json=order))
    path = f"/api/labs/bookings/{booking['id']}"
    return "lab", path, f"{path}/status", lambda number: {"status": "collected"}


def _booked(doctor_id: int, at: Any) -> dict[str, Any]:
    return {"doctor_id": doctor_id, "starts_at": at.isoformat()}


RECORDS = [
    *(own_account, somebodys_account, profile, profile_by_admin, week, visit, notes),
    *(problems, allergies, referral, catalogue, bench),
]


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: record.__name__)
async def test_one_of_a_crowd_is_heard(world: World, record: Callable[[World], tuple[str, str, str, Rival]]) -> None:
    name, read, path, rival = record(world)
    person = world.people[name]
    etag = person.http.get(read).headers["etag"] if read else '"1"'
    headers = {"Authorization": f"Bearer {person.token}", "If-Match": etag}
    async with crowd_of(world.hospital, CROWD) as http:
        answers = await all_at_once(lambda number: http.put(path, json=rival(number), headers=headers), CROWD)
    assert Counter(answer.status_code for answer in answers) == {200: 1, 412: CROWD - 1}
    [heard] = [answer for answer in answers if answer.status_code == 200]
    assert heard.headers["etag"] == f'"{heard.json()["version"]}"'
    assert heard.json()["version"] == int(etag.strip('"')) + 1
    assert {answer.json()["version"] for answer in answers if answer.status_code == 412} == {heard.json()["version"]}
    if read:
        now = person.http.get(read)
        assert now.headers["etag"] == heard.headers["etag"]
        assert {name: now.json()[name] for name in heard.json() if name in now.json()} == heard.json()
