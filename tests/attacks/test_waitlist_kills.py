"""Offers of the waitlist while the service is killed before its commit, after it, and before the answer."""

import secrets
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import cycle, product, repeat
from pathlib import Path

import httpx
import pytest

from tests import databases
from tests.attacks.conftest import killable_world
from tests.attacks.db_assertions import kill_and_repeat
from tests.hospital import Person, eventually, free_times, only_linux
from tests.world import World, made

pytestmark = [only_linux]
MOMENTS = ("before", "commit", "answer")
STEPS = ("cancel", "decline", "accept", "join", "move")
BROKEN = (
    # an offer without its entry, an entry with a passed offer, an accepted entry without a visit, two visits at one time
    "SELECT count(*) FROM appointments a LEFT JOIN waitlist_entries e ON e.offer_id = a.id"
    " WHERE a.status = 'offered' AND e.id IS NULL",
    "SELECT count(*) FROM waitlist_entries e JOIN appointments a ON a.id = e.offer_id WHERE a.status <> 'offered'",
    "SELECT count(*) FROM waitlist_entries e JOIN waitlist_offers o ON o.entry_id = e.id JOIN appointments a ON"
    " a.id = o.appointment_id WHERE (e.status = 'accepted') AND NOT EXISTS (SELECT 1 FROM waitlist_offers p JOIN appointments b"
    " ON b.id = p.appointment_id WHERE p.entry_id = e.id AND b.status = 'booked')",
    "SELECT count(*) FROM appointments a JOIN appointments b ON a.id < b.id AND a.doctor_id = b.doctor_id AND"
    " a.starts_at < b.ends_at AND b.starts_at < a.ends_at WHERE a.status NOT IN ('cancelled', 'no_show', 'lapsed')"
    " AND b.status NOT IN ('cancelled', 'no_show', 'lapsed')",
)


@pytest.fixture(scope="module")
def killed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder: Path = tmp_path_factory.mktemp("waitlist")
    with killable_world(folder) as world:
        yield world


@pytest.mark.parametrize(
    ("step", "moment", "rounds"),
    [
        *zip(STEPS, cycle(MOMENTS), repeat(1), strict=False),
        *(pytest.param(*both, 20, marks=pytest.mark.attack) for both in product(STEPS, MOMENTS)),
    ],
)
def test_kill_at_each_step_leaves_one_holder(killed: World, step: str, moment: str, rounds: int) -> None:
    hospital, doctor = killed.hospital, killed.people["doctor"]
    for _ in range(rounds):
        owner, first, second = (hospital.register(f"{secrets.token_hex(6)}@example.org", "Kay Killed") for _ in range(3))
        times = free_times(owner.http, doctor.id, days=20)[100:]
        at = times[0]
        visit = book(owner, doctor, at)
        call, person, body = f"PUT /api/appointments/{visit}/cancel", owner, None
        if step == "join":
            call, person, body = "POST /api/waitlist", first, days(doctor)
        else:
            made(first.http.post("/api/waitlist", json=days(doctor)))
        made(second.http.post("/api/waitlist", json=days(doctor)))
        if step == "move":
            call, body = f"PUT /api/appointments/{visit}", {"starts_at": times[5].isoformat()}
        if step in {"decline", "accept"}:
            made(owner.http.put(f"/api/appointments/{visit}/cancel"), 200)
            call, person = f"PUT /api/appointments/{offer(first)}/{step}", first
        key = {"Idempotency-Key": secrets.token_hex(8)}
        answer = kill_and_repeat(killed, "appointments", call, person.http, body, key, at=moment)
        assert answer.status_code in {200, 201}, answer.text
        check_rows(killed)
        holders = databases.query(hospital.database, HOLDERS, doctor.id, at.strftime("%Y-%m-%dT%H:%M:%SZ"))
        expected = {
            "cancel": [(first.id, "offered")],
            "move": [(first.id, "offered")],
            "decline": [(second.id, "offered")],
            "accept": [(first.id, "booked")],
            "join": [(owner.id, "booked")],
        }
        assert holders == expected[step]
        leave(first, second)
        for person in (owner, first, second):
            person.http.close()


HOLDERS = (
    "SELECT patient_id, status FROM appointments WHERE doctor_id = ? AND starts_at = ?"
    " AND status NOT IN ('cancelled', 'no_show', 'lapsed')"
)


@pytest.mark.parametrize("rounds", [1, pytest.param(20, marks=pytest.mark.attack)])
def test_overdue_offer_goes_on_after_a_kill(killed: World, rounds: int) -> None:
    """Kill the service while its background task ends an offer; the next process offers the time to the next patient."""
    hospital, doctor = killed.hospital, killed.people["doctor"]
    for _ in range(rounds):
        owner, first, second = (hospital.register(f"{secrets.token_hex(6)}@example.org", "Kay Killed") for _ in range(3))
        visit = book(owner, doctor, free_times(owner.http, doctor.id, days=20)[200])
        for person in (first, second):
            made(person.http.post("/api/waitlist", json=days(doctor)))
        made(owner.http.put(f"/api/appointments/{visit}/cancel"), 200)
        held, past = offer(first), (datetime.now(UTC) - timedelta(minutes=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
        databases.execute(hospital.database, "UPDATE waitlist_offers SET offered_until = ? WHERE appointment_id = ?", past, held)
        call = f"PUT /api/appointments/{held}/accept"
        answer = kill_and_repeat(killed, "appointments", call, first.http, None, {}, at="answer")
        assert (answer.status_code, answer.json()["code"]) == (409, "offer_over")
        eventually(partial(has_offer, second))
        check_rows(killed)
        leave(first, second)
        for person in (owner, first, second):
            person.http.close()


def book(patient: Person, doctor: Person, at: datetime) -> int:
    return int(made(patient.http.post("/api/appointments", json={"doctor_id": doctor.id, "starts_at": at.isoformat()}))["id"])


def days(doctor: Person) -> dict[str, object]:
    today = datetime.now(UTC).date()
    return {"doctor_id": doctor.id, "first_day": str(today), "last_day": str(today + timedelta(days=60))}


def offer_or_none(patient: Person) -> int | None:
    answer = patient.http.get("/api/waitlist")
    items = answer.json()["items"] if answer.status_code == httpx.codes.OK else []
    return next((int(one["offer"]["appointment_id"]) for one in items if one["offer"]), None)


def has_offer(patient: Person) -> bool:
    return offer_or_none(patient) is not None


def offer(patient: Person) -> int:
    found = offer_or_none(patient)
    assert found is not None
    return found


def leave(*patients: Person) -> None:
    for patient in patients:
        for entry in made(patient.http.get("/api/waitlist"), 200)["items"]:
            assert patient.http.delete(f"/api/waitlist/{entry['id']}").status_code == 204


def check_rows(world: World) -> None:
    assert [databases.query(world.hospital.database, sql) for sql in BROKEN] == [[(0,)]] * len(BROKEN)
