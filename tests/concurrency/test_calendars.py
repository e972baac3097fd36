"""Calendars on PostgreSQL: no visit is lost where a doctor changes the calendar meanwhile, and no transactions deadlock."""

import asyncio
import random
import secrets
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from datetime import datetime, timedelta

import httpx
import pytest

from tests.concurrency.conftest import DEADLOCKS, PostgresHospital
from tests.hospital import LOCAL_HTTP, PASSWORD, Person, free_times

LOST = (
    "SELECT count(*) FROM appointments v JOIN time_off t USING (doctor_id)"
    " WHERE v.starts_at < t.ends_at AND v.ends_at > t.starts_at AND v.id <> ALL(%s) AND v.doctor_id = %s"
)


@pytest.fixture(scope="module")
def crowd(hospital: PostgresHospital) -> Iterator[list[Person]]:
    """Return patients without appointments."""
    name = secrets.token_hex(4)
    people = [hospital.register(f"{name}-{number}@example.org", f"Crowd {number}") for number in range(10)]
    yield people
    for person in people:
        person.http.close()


@pytest.fixture
async def http(hospital: PostgresHospital) -> AsyncIterator[httpx.AsyncClient]:
    limits = httpx.Limits(max_connections=50, max_keepalive_connections=50)
    async with httpx.AsyncClient(base_url=hospital.url, timeout=60, limits=limits, **LOCAL_HTTP) as client:
        yield client


def bearer(person: Person) -> dict[str, str]:
    return {"Authorization": f"Bearer {person.token}"}


async def book(http: httpx.AsyncClient, person: Person, doctor_id: int, at: datetime) -> httpx.Response:
    body = {"doctor_id": doctor_id, "starts_at": at.isoformat()}
    return await http.post("/api/appointments", json=body, headers=bearer(person))


def outcome(answer: httpx.Response) -> str:
    """Return the status, and the code of a problem."""
    return f"{answer.status_code} {answer.json().get('code', '')}".strip()


@pytest.mark.parametrize("rounds", [6, pytest.param(20, marks=pytest.mark.attack)])
async def test_time_off_while_patients_book_loses_no_visit(
    hospital: PostgresHospital, admin: Person, crowd: list[Person], http: httpx.AsyncClient, rounds: int
) -> None:
    """A visit inside the time off must be in the answer that tells the doctor which visits to move."""
    doctor = hospital.add_doctor(admin, f"away-{rounds}@example.org", "Dr Away", "Cardiology")
    times = free_times(doctor.http, doctor.id, days=14)[48:]
    told: set[int] = set()
    booked: Counter[str] = Counter()
    for number in range(rounds):
        day = times[number * 10 : number * 10 + 10]
        span = {"starts_at": day[0].isoformat(), "ends_at": (day[-1] + timedelta(minutes=30)).isoformat()}

        async def take(span: dict[str, str] = span) -> httpx.Response:
            await asyncio.sleep(random.uniform(0, 0.05))
            return await http.post("/api/doctor/time-off", json=span, headers=bearer(doctor))

        away, *answers = await asyncio.gather(
            take(), *(book(http, person, doctor.id, at) for person, at in zip(crowd, day, strict=True))
        )
        assert away.status_code == 201, away.text
        told |= {visit["id"] for visit in away.json()["to_move"]}
        booked.update(map(outcome, answers))
    assert booked.keys() <= {"201", "409 slot_taken"}
    [(lost,)] = hospital.rows(LOST, list(told), doctor.id)
    assert lost == 0, f"{lost} of {booked['201']} visits are inside the time off, and the doctor was not told"
    doctor.http.close()


async def test_moves_while_reception_cancels_do_not_deadlock(
    hospital: PostgresHospital, admin: Person, http: httpx.AsyncClient
) -> None:
    """Reception locks the patient before the visits; a move that locked its visit before the patient would wait for it."""
    doctor = hospital.add_doctor(admin, "moved@example.org", "Dr Moved", "Cardiology")
    times = free_times(doctor.http, doctor.id, days=14)[48:]
    patient, before = hospital.register("moving@example.org", "Mo Moving"), hospital.rows(DEADLOCKS)
    seen: Counter[str] = Counter()
    for number in range(6):
        day = times[number * 20 : number * 20 + 20]
        visits = [(await book(http, patient, doctor.id, at)).json()["id"] for at in day[:8]]

        async def move(visit_id: int, at: datetime) -> httpx.Response:
            body = {"starts_at": at.isoformat()}
            return await http.put(f"/api/appointments/{visit_id}", json=body, headers=bearer(patient))

        async def cancel() -> httpx.Response:
            path, body = f"/api/admin/patients/{patient.id}/bookings/cancel", {"reason": "Asked on the phone"}
            return await http.put(path, json=body, headers=bearer(admin))

        answers = await asyncio.gather(cancel(), *(move(*pair) for pair in zip(visits, day[8:16], strict=True)))
        seen.update(map(outcome, answers))
    assert seen.keys() <= {"200", "409 illegal_transition"}, seen
    assert hospital.rows(DEADLOCKS) == before
    for person in (doctor, patient):
        person.http.close()


async def test_account_closed_while_patients_book_has_no_visit(
    hospital: PostgresHospital, admin: Person, crowd: list[Person], http: httpx.AsyncClient
) -> None:
    """An account with open work is not closed, because a colleague exists; a visit booked meanwhile would be lost."""
    doctors = [hospital.add_doctor(admin, f"closed-{number}@example.org", "Dr Closed", "Cardiology") for number in range(4)]
    for doctor in doctors:
        times = free_times(doctor.http, doctor.id, days=14)[100:]

        async def close(doctor: Person = doctor) -> httpx.Response:
            body = {"role": "doctor", "active": False, "password": PASSWORD}
            return await http.put(f"/api/admin/accounts/{doctor.id}", json=body, headers=bearer(admin))

        bookings = [book(http, person, doctor.id, at) for person, at in zip(crowd[:5], times, strict=False)]
        closed, *booked = await asyncio.gather(close(), *bookings)
        assert outcome(closed) in {"200", "409 work_waits"}, closed.text
        assert {outcome(one) for one in booked} <= {"201", "409 doctor_not_bookable", "409 patient_busy"}
        kept = sum(one.status_code == 201 for one in booked)
        assert closed.status_code == 409 or not kept, f"{kept} visits to a closed account"
        doctor.http.close()
