"""Concurrent bookings of one time: one succeeds, the others are 409, and appointments never overlap."""

import asyncio
import os
import secrets
import signal
from collections import Counter
from collections.abc import AsyncIterator
from datetime import datetime, timedelta, timezone
from itertools import combinations

import httpx
import pytest

from tests import databases
from tests.hospital import LOCAL_HTTP, Hospital, Person, free_times, only_linux, processes
from tests.journeys.test_visit_types import CHECK, TALK, TYPES, offer
from tests.world import made

CONCURRENT = 100
MIXED_REFUSALS = {
    *("slot_taken", "patient_busy", "too_many_visits", "series_not_free", "stale", "illegal_transition", "not_found"),
    *("offer_over", "too_late", "already_waiting"),
}


@pytest.fixture
def crowd(hospital: Hospital, admin: Person) -> list[str]:
    """Return the tokens of ten patients without appointments."""
    name = secrets.token_hex(4)
    people = [hospital.register(f"{name}-{number}@example.org", f"Crowd {number}") for number in range(10)]
    for person in people:
        person.http.close()
    return [person.token for person in people]


@pytest.fixture
async def http(hospital: Hospital) -> AsyncIterator[httpx.AsyncClient]:
    limits = httpx.Limits(max_connections=CONCURRENT, max_keepalive_connections=CONCURRENT, keepalive_expiry=2)
    async with httpx.AsyncClient(base_url=hospital.url, timeout=60, limits=limits, **LOCAL_HTTP) as client:
        yield client


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def with_other_offset(instant: datetime, number: int) -> str:
    """Return the instant in ISO 8601 with one of many UTC offsets."""
    return instant.astimezone(timezone(timedelta(minutes=(number % 53 - 26) * 30))).isoformat()


async def book_concurrently(http: httpx.AsyncClient, crowd: list[str], doctor_id: int, times: list[datetime]) -> Counter[int]:
    async def book(number: int) -> int:
        body = {"doctor_id": doctor_id, "starts_at": with_other_offset(times[number % len(times)], number)}
        answer = await http.post("/api/appointments", json=body, headers=bearer(crowd[number % len(crowd)]))
        assert answer.status_code == 201 or answer.json()["code"] in {"slot_taken", "patient_busy"}, answer.text
        return answer.status_code

    return Counter(await asyncio.gather(*(book(number) for number in range(CONCURRENT))))


def overlaps(hospital: Hospital) -> int:
    """Count pairs of overlapping visits of one patient, or of one doctor that staff did not overbook, in the database."""
    columns = "doctor_id, patient_id, starts_at, ends_at, overbook_reason"
    # an offer occupies the time of its doctor only
    sql = f"SELECT {columns} FROM appointments WHERE status NOT IN ('cancelled', 'no_show', 'offered', 'lapsed')"
    rows = databases.query(hospital.database, sql)
    return sum(
        1
        for one, other in combinations(rows, 2)
        if (one[1] == other[1] or (one[0] == other[0] and one[4] is None and other[4] is None))
        and one[2] < other[3]
        and other[2] < one[3]
    )


@pytest.mark.parametrize("rounds", [2, pytest.param(15, marks=pytest.mark.attack)])
async def test_concurrent_bookings_of_one_time_have_one_winner(
    hospital: Hospital, admin: Person, crowd: list[str], http: httpx.AsyncClient, rounds: int
) -> None:
    doctor = hospital.add_doctor(admin, f"book_concurrently-{rounds}@example.org", "Dr Storm", "Cardiology")
    times = free_times(doctor.http, doctor.id, days=10)
    for number in range(rounds):
        assert await book_concurrently(http, crowd, doctor.id, [times[number]]) == {201: 1, 409: CONCURRENT - 1}
    doctor.http.close()
    assert overlaps(hospital) == 0


@pytest.mark.parametrize("rounds", [4, pytest.param(10, marks=pytest.mark.attack)])
async def test_overlapping_bookings_have_one_winner(
    hospital: Hospital, admin: Person, crowd: list[str], http: httpx.AsyncClient, rounds: int
) -> None:
    """Book half-hour visits at ten-minute offsets; the slot length changed after the times were read."""
    doctor = hospital.add_doctor(admin, f"shift-{rounds}@example.org", "Dr Shift", "Cardiology", slot_minutes=10)
    times = free_times(doctor.http, doctor.id, days=10)
    hours = [{"weekday": day, "starts": "00:00", "ends": "24:00"} for day in ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]]
    doctor.http.put("/api/doctor/availability", json={"slot_minutes": 30, "rules": hours}).raise_for_status()
    for number in range(rounds):
        at = times[number * 12 + 30]
        shifted = [at + timedelta(minutes=10 * step) for step in range(3)]
        assert (await book_concurrently(http, crowd, doctor.id, shifted))[201] <= 1
    doctor.http.close()
    assert overlaps(hospital) == 0


@pytest.mark.parametrize("rounds", [3, pytest.param(15, marks=pytest.mark.attack)])
async def test_overbooking_storm_overlaps_overbooked_visits_only(
    hospital: Hospital, admin: Person, crowd: list[str], http: httpx.AsyncClient, rounds: int
) -> None:
    """Patients book one time while reception books and overbooks the same patients around it."""
    doctor = hospital.add_doctor(admin, f"overbooked-{rounds}@example.org", "Dr Overbooked", "Cardiology")
    reception = hospital.invite(admin, f"storm-desk-{rounds}@example.org", "Rea Storm", "reception")
    patients = [(await http.get("/auth/me", headers=bearer(token))).json()["id"] for token in crowd]
    times = free_times(doctor.http, doctor.id, days=10)

    async def send(number: int, at: datetime) -> tuple[str, int]:
        person = number % len(crowd)
        body = {"doctor_id": doctor.id, "starts_at": at.isoformat()}
        if number % 3 == 0:
            answer = await http.post("/api/appointments", json=body, headers=bearer(crowd[person]))
        else:
            kind = {"overbook": "Acute pain", "starts_at": (at + timedelta(minutes=number % 20)).isoformat()}
            body |= {"patient_id": patients[person], **(kind if number % 3 == 1 else {})}
            answer = await http.post("/api/admin/appointments", json=body, headers=bearer(reception.token))
        refusals = {"slot_taken", "patient_busy", "too_many_visits"}
        assert answer.status_code == 201 or answer.json()["code"] in refusals, answer.text
        return ("overbooked" if number % 3 == 1 else "ordinary"), answer.status_code

    for number in range(rounds):
        at = times[number * 3]
        done = Counter(await asyncio.gather(*(send(one, at) for one in range(CONCURRENT))))
        assert done["ordinary", 201] <= 1
        assert 5 <= done["overbooked", 201] <= len(crowd)
        body = {"doctor_id": doctor.id, "starts_at": at.isoformat()}
        for token in crowd:
            refused = await http.post("/api/appointments", json=body, headers=bearer(token))
            assert refused.json()["code"] in {"slot_taken", "patient_busy", "too_many_visits"}, refused.text
    doctor.http.close()
    reception.http.close()
    assert overlaps(hospital) == 0


async def test_mixed_storm_overlaps_overbooked_visits_only(
    hospital: Hospital, admin: Person, crowd: list[str], http: httpx.AsyncClient
) -> None:
    """Book types of two lengths, series and overbooked visits, and cancel visits that a waitlist is offered, at once."""
    doctor = hospital.add_doctor(admin, "mixed@example.org", "Dr Mixed", "Cardiology")
    desk = hospital.invite(admin, "mixed-desk@example.org", "Mia Mixed", "reception")
    short, long = (made(admin.http.post(TYPES, json=one))["id"] for one in (CHECK, TALK))
    offer(doctor, short, long)
    patients = [(await http.get("/auth/me", headers=bearer(token))).json()["id"] for token in crowd]
    times = free_times(doctor.http, doctor.id, days=30)
    first = times[100]

    def start(number: int) -> str:
        # two dozen starts: types of 10 and 50 minutes, their buffers and the series collide
        return times[100 + number % 24].isoformat()

    def turn(number: int) -> int:
        return number // 5 % len(crowd)

    async def join(number: int) -> httpx.Response:
        body = {"doctor_id": doctor.id, "visit_type_id": (short, long)[number % 2], "first_day": f"{first:%F}"}
        body |= {"last_day": f"{first + timedelta(days=2):%F}"}
        return await http.post("/api/waitlist", json=body, headers=bearer(crowd[number % len(crowd)]))

    async def book_type(number: int) -> httpx.Response:
        body = {"doctor_id": doctor.id, "starts_at": start(number * 5), "visit_type_id": (short, long)[number % 2]}
        return await http.post("/api/appointments", json=body, headers=bearer(crowd[turn(number)]))

    async def book_series(number: int) -> httpx.Response:
        body = {"patient_id": patients[turn(number)], "doctor_id": doctor.id, "visit_type_id": (short, long)[number % 2]}
        # every other series is away from the crowded times
        starts = [start(number + 4 * visit) for visit in range(3)]
        far = [times[300 + 3 * number + visit * 48].isoformat() for visit in range(3)]
        body["starts"] = far if number % 2 else starts
        return await http.post("/api/reception/series", json=body, headers=bearer(desk.token))

    async def overbook(number: int) -> httpx.Response:
        body = {"patient_id": patients[turn(number)], "doctor_id": doctor.id, "starts_at": start(number * 7)}
        body |= {"visit_type_id": (short, long)[number % 2], "overbook": "Acute pain"}
        return await http.post("/api/admin/appointments", json=body, headers=bearer(desk.token))

    async def cancel(number: int) -> httpx.Response:
        token = crowd[turn(number)]
        return await http.put(f"/api/appointments/{booked[turn(number)]}/cancel", headers=bearer(token))

    async def accept(number: int) -> httpx.Response:
        token = crowd[turn(number)]
        entries = await http.get("/api/waitlist", headers=bearer(token))
        offers = [one["offer"]["appointment_id"] for one in entries.json()["items"] if one["offer"] is not None]
        if not offers:
            return entries
        return await http.put(f"/api/appointments/{offers[0]}/accept", headers=bearer(token))

    booked = []
    for number, token in enumerate(crowd):
        # away from the crowded times, so that the waitlist is offered each when it is cancelled
        body = {"doctor_id": doctor.id, "starts_at": times[140 + 3 * number].isoformat()}
        booked.append(made(await http.post("/api/appointments", json=body, headers=bearer(token)))["id"])
    joined = await asyncio.gather(*(join(number) for number in range(2 * len(crowd))))
    assert {answer.status_code for answer in joined} == {201}, [answer.text for answer in joined]
    acts = [book_type, book_series, overbook, cancel, accept]
    answers: Counter[str] = Counter()
    for _ in range(3):
        done = await asyncio.gather(*(acts[number % len(acts)](number) for number in range(CONCURRENT)))
        for number, answer in enumerate(done):
            known = answer.status_code < 300 or answer.json()["code"] in MIXED_REFUSALS
            assert known, (acts[number % len(acts)].__name__, answer.text)
            answers[f"{acts[number % len(acts)].__name__} {answer.status_code}"] += 1
    offered = databases.query(hospital.database, "SELECT count(*) FROM waitlist_offers WHERE doctor_id = ?", doctor.id)[0][0]
    assert offered > 0, answers
    assert {"book_type 201", "book_series 200", "overbook 201", "cancel 200"} <= answers.keys(), answers
    for person in (doctor, desk):
        person.http.close()
    assert overlaps(hospital) == 0


async def test_concurrent_moves_to_one_time_have_one_winner(
    hospital: Hospital, admin: Person, crowd: list[str], http: httpx.AsyncClient
) -> None:
    doctor = hospital.add_doctor(admin, "moves@example.org", "Dr Moves", "Cardiology")
    times = free_times(doctor.http, doctor.id, days=10)
    for number in range(10):
        target, starts = times[200 + number], times[2 * number : 2 * number + 2]
        visits = [
            (
                await http.post(
                    "/api/appointments", json={"doctor_id": doctor.id, "starts_at": at.isoformat()}, headers=bearer(token)
                )
            ).json()
            for at, token in zip(starts, crowd, strict=False)
        ]
        answers = await asyncio.gather(
            *(
                http.put(f"/api/appointments/{visit['id']}", json={"starts_at": target.isoformat()}, headers=bearer(token))
                for visit, token in zip(visits, crowd, strict=False)
            )
        )
        assert sorted(answer.status_code for answer in answers) == [200, 409]
        loser = next(visit for visit, answer in zip(visits, answers, strict=True) if answer.status_code == 409)
        token = crowd[visits.index(loser)]
        loser_visit = (await http.get(f"/api/appointments/{loser['id']}", headers=bearer(token))).json()
        assert loser_visit["starts_at"] == loser["starts_at"], "a refused move keeps the old time"
    doctor.http.close()
    assert overlaps(hospital) == 0


async def test_concurrent_cancel_and_booking_share_no_time(
    hospital: Hospital, admin: Person, crowd: list[str], http: httpx.AsyncClient
) -> None:
    doctor = hospital.add_doctor(admin, "cancels@example.org", "Dr Cancels", "Cardiology")
    times = free_times(doctor.http, doctor.id, days=10)
    for number in range(10):
        body = {"doctor_id": doctor.id, "starts_at": times[number + 60].isoformat()}
        visit = (await http.post("/api/appointments", json=body, headers=bearer(crowd[0]))).json()
        cancelled, booked = await asyncio.gather(
            http.put(f"/api/appointments/{visit['id']}/cancel", headers=bearer(crowd[0])),
            http.post("/api/appointments", json=body, headers=bearer(crowd[1])),
        )
        assert cancelled.status_code == 200
        assert booked.status_code in {201, 409}
    doctor.http.close()
    assert overlaps(hospital) == 0


async def test_one_key_under_load_books_once(
    hospital: Hospital, admin: Person, crowd: list[str], http: httpx.AsyncClient
) -> None:
    doctor = hospital.add_doctor(admin, "keys@example.org", "Dr Keys", "Cardiology")
    at = free_times(doctor.http, doctor.id, days=10)[100]
    body, headers = {"doctor_id": doctor.id, "starts_at": at.isoformat()}, {**bearer(crowd[0]), "Idempotency-Key": "once"}
    answers = await asyncio.gather(*(http.post("/api/appointments", json=body, headers=headers) for _ in range(CONCURRENT)))
    assert {answer.status_code for answer in answers} <= {201, 409}
    assert {answer.json()["code"] for answer in answers if answer.status_code == 409} <= {"in_progress"}
    assert len({answer.json()["id"] for answer in answers if answer.status_code == 201}) == 1
    doctor.http.close()


@only_linux
@pytest.mark.parametrize("service", ["auth", "appointments", "doctors", "labs", "gateway"])
async def test_killed_service_restarts_and_keeps_bookings(
    hospital: Hospital, admin: Person, service: str, http: httpx.AsyncClient
) -> None:
    patient = hospital.register(f"kill-{service}@example.org", "Kay Kill")
    doctor = hospital.add_doctor(admin, f"dr-{service}@example.org", "Dr Kay", "Cardiology")
    times = iter(free_times(doctor.http, doctor.id, days=20)[10:])
    acknowledged: list[int] = []
    stop = asyncio.Event()

    async def keep_booking() -> None:
        while not stop.is_set():
            body = {"doctor_id": doctor.id, "starts_at": next(times).isoformat()}
            try:
                answer = await http.post("/api/appointments", json=body, headers=bearer(patient.token))
            except httpx.HTTPError:
                await asyncio.sleep(0.02)
                continue
            if answer.status_code == 201:
                acknowledged.append(answer.json()["id"])
            else:
                assert answer.status_code in {409, 502, 503, 504}, answer.text
                await asyncio.sleep(0.02)

    booking = asyncio.create_task(keep_booking())
    await asyncio.sleep(0.5)
    os.kill(processes(hospital)[service], signal.SIGKILL)
    await asyncio.sleep(1.5)
    stop.set()
    await booking
    await asyncio.to_thread(hospital.wait_until_ready)
    found: set[int] = set()
    cursor: str | None = None
    while True:
        query = {"limit": "100", **({"cursor": cursor} if cursor else {})}
        page = (await http.get("/api/appointments", params=query, headers=bearer(patient.token))).json()
        found |= {one["id"] for one in page["items"]}
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert acknowledged
    assert set(acknowledged) <= found
    for person in (patient, doctor):
        person.http.close()
