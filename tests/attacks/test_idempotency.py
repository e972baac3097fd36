"""Idempotency-Key under attack: concurrent requests, killed processes, other people's keys and the database file."""

import asyncio
import hashlib
import re
import secrets
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from careplus_contracts.refusals import Problem
from tests import databases
from tests.attacks.db_assertions import (
    all_at_once,
    check_one_answer,
    client_for,
    contents,
    kill_and_repeat,
    write_lock,
)
from tests.hospital import DETAILS, LOCAL_HTTP, PASSWORD, Hospital, Person, free_port, free_times, only_linux, start_module
from tests.world import World, made

CONCURRENT = 100


@pytest.fixture
def key() -> dict[str, str]:
    return {"Idempotency-Key": secrets.token_hex(16)}


@pytest.fixture
async def crowd(hospital: Hospital) -> AsyncIterator[httpx.AsyncClient]:
    async with client_for(hospital, CONCURRENT) as client:
        yield client


def new_patient(hospital: Hospital) -> Person:
    return hospital.register(f"{secrets.token_hex(6)}@example.org", "Nora New")


def visit_body(people: dict[str, Person], number: int) -> dict[str, Any]:
    doctor = people["doctor"]
    return {"doctor_id": doctor.id, "starts_at": free_times(doctor.http, doctor.id, days=10)[number].isoformat()}


async def test_concurrent_requests_with_one_key_register_once(
    hospital: Hospital, crowd: httpx.AsyncClient, key: dict[str, str]
) -> None:
    email = f"{secrets.token_hex(6)}@example.org"
    body = {"email": email, "password": PASSWORD, "full_name": "Nora New", **DETAILS}
    answers = await all_at_once(lambda _: crowd.post("/auth/register", json=body, headers=key), CONCURRENT)
    first = check_one_answer(answers)
    again = await crowd.post("/auth/register", json=body, headers=key)
    assert (again.status_code, again.content, again.headers["idempotency-replayed"]) == (201, first.content, "true")
    assert databases.query(hospital.database, "SELECT count(*) FROM accounts WHERE email = ?", email) == [(1,)]


async def test_concurrent_requests_with_one_key_add_one_doctor(
    hospital: Hospital, admin: Person, crowd: httpx.AsyncClient, key: dict[str, str]
) -> None:
    body = {"email": f"{secrets.token_hex(6)}@example.org", "full_name": "Dr Once", "specialty": "Cardiology"}
    headers = {**key, "Authorization": f"Bearer {admin.token}"}
    answers = await all_at_once(lambda _: crowd.post("/api/admin/doctors", json=body, headers=headers), CONCURRENT)
    first = check_one_answer(answers)
    again = await crowd.post("/api/admin/doctors", json=body, headers=headers)
    assert (again.content, again.headers["etag"]) == (first.content, '"1"')
    invitations = "SELECT count(*) FROM invitations WHERE account_id = ?"
    assert databases.query(hospital.database, invitations, first.json()["id"]) == [(1,)]
    joined = hospital.register(body["email"], body["full_name"], invitation=again.json()["invitation_code"])
    assert joined.id == first.json()["id"]
    joined.http.close()


@pytest.fixture
def second_process(hospital: Hospital, world: World) -> Iterator[str]:
    """Yield the URL of a second process of the appointments service."""
    port = free_port()
    urls = {f"CAREPLUS_{service.upper()}_URL": url for service, url in hospital.service_urls.items()}
    environment = hospital.environment | urls
    command = ("careplus_cli", "serve", "appointments", "--port", str(port))
    process = start_module(*command, env=environment, cwd=hospital.data, log=hospital.data / "second.txt")
    url = f"http://127.0.0.1:{port}"
    try:
        wait_for(f"{url}/ready")
        yield url
    finally:
        process.terminate()
        process.wait(30)


def wait_for(url: str) -> None:
    deadline = time.monotonic() + 180
    while time.monotonic() < deadline:
        with suppress(httpx.TransportError):
            if httpx.get(url, timeout=10, **LOCAL_HTTP).status_code == 200:
                return
        time.sleep(0.1)
    raise AssertionError(f"{url} does not answer")


@only_linux
async def test_concurrent_requests_at_two_processes_book_once(
    hospital: Hospital, world: World, crowd: httpx.AsyncClient, second_process: str, key: dict[str, str]
) -> None:
    """A request that finds the time taken by a request with its own key gets the answer of that request."""
    patient = new_patient(hospital)
    headers = {**key, "Authorization": f"Bearer {patient.token}"}
    body = visit_body(world.people, 200)
    urls = [f"{second_process}/api/appointments", "/api/appointments"]
    # hold the write lock until both processes have found no stored answer
    async with write_lock(hospital, 2):
        sending = asyncio.create_task(
            all_at_once(lambda number: crowd.post(urls[number % 2], json=body, headers=headers), CONCURRENT)
        )
    answers = await sending
    first = check_one_answer(answers)
    for url in urls:
        again = await crowd.post(url, json=body, headers=headers)
        assert (again.status_code, again.content, again.headers["idempotency-replayed"]) == (201, first.content, "true")
    assert databases.query(hospital.database, "SELECT count(*) FROM appointments WHERE patient_id = ?", patient.id) == [(1,)]
    patient.http.close()


def test_other_body_with_the_same_key_is_key_reused(hospital: Hospital, world: World, key: dict[str, str]) -> None:
    patient = new_patient(hospital)
    first = made(patient.http.post("/api/appointments", json=visit_body(world.people, 210), headers=key))
    other = patient.http.post("/api/appointments", json=visit_body(world.people, 212), headers=key)
    assert (other.status_code, other.json()["code"]) == (422, "key_reused")
    assert [one["id"] for one in patient.http.get("/api/appointments").json()["items"]] == [first["id"]]
    patient.http.close()


def test_refusal_is_not_stored_for_its_key(hospital: Hospital, world: World, key: dict[str, str]) -> None:
    patient = new_patient(hospital)
    body = visit_body(world.people, 214)
    booked = made(world.people["patient"].http.post("/api/appointments", json=body))
    assert patient.http.post("/api/appointments", json=body, headers=key).json()["code"] == "slot_taken"
    made(world.people["patient"].http.put(f"/api/appointments/{booked['id']}/cancel"), 200)
    made(patient.http.post("/api/appointments", json=body, headers=key))
    patient.http.close()


def test_same_key_of_two_people_acts_twice(hospital: Hospital, world: World, key: dict[str, str]) -> None:
    one, other = new_patient(hospital), new_patient(hospital)
    day = visit_body(world.people, 220)["starts_at"][:10]
    starts_at = one.http.get("/api/labs/slots", params={"day": day}).json()["items"][0]["starts_at"]
    body = {"test_codes": ["CBC"], "starts_at": starts_at}
    answers = [person.http.post("/api/labs/bookings", json=body, headers=key) for person in (one, other)]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert [answer.json()["patient"]["id"] for answer in answers] == [one.id, other.id]
    for person, first in zip((one, other), answers, strict=True):
        assert person.http.post("/api/labs/bookings", json=body, headers=key).content == first.content
        person.http.close()


def test_key_without_the_password_reads_no_stored_answer(hospital: Hospital, key: dict[str, str]) -> None:
    """A public endpoint refuses a request with the key and all members except the password."""
    body = {"email": f"{secrets.token_hex(6)}@example.org", "password": PASSWORD, "full_name": "Nora New", **DETAILS}
    with hospital.client() as http:
        account = made(http.post("/auth/register", json=body, headers=key))
        guessed = http.post("/auth/register", json={**body, "password": "eight-quiet-herons"}, headers=key)
        assert (guessed.status_code, guessed.json()["code"]) == (422, "key_reused")
        assert guessed.json().keys() == Problem.model_fields.keys()
        # only the detail, as a whole number: the status 422 contains the id 22
        assert not re.search(rf"\b{account['id']}\b", guessed.json()["detail"])
        assert http.post("/auth/register", json=body, headers=key).json() == account


def test_key_older_than_a_day_acts_again(hospital: Hospital, world: World, key: dict[str, str]) -> None:
    doctor = world.people["other_doctor"].http
    body = {"starts_at": "2032-07-01T00:00:00Z", "ends_at": "2032-07-02T00:00:00Z"}
    first = made(doctor.post("/api/doctor/time-off", json=body, headers=key))
    [(expires_at,)] = databases.query(hospital.database, "SELECT max(expires_at) FROM idempotency_keys")
    assert timedelta(hours=23, minutes=59) < datetime.fromisoformat(expires_at) - datetime.now(UTC) <= timedelta(hours=24)
    assert made(doctor.post("/api/doctor/time-off", json=body, headers=key)) == first
    databases.execute(hospital.database, "UPDATE idempotency_keys SET expires_at = '2020-01-01T00:00:00Z'")
    later = doctor.post("/api/doctor/time-off", json=body, headers=key)
    assert made(later)["id"] != first["id"]
    assert "idempotency-replayed" not in later.headers
    assert made(doctor.post("/api/doctor/time-off", json=body, headers=key)) == made(later)


@databases.sqlite_only
def test_stored_answers_are_encrypted_in_the_file(hospital: Hospital, world: World, key: dict[str, str]) -> None:
    email, word = f"{secrets.token_hex(6)}@example.org", secrets.token_hex(12)
    body = {"email": email, "full_name": "Dr Sealed", "specialty": "Cardiology"}
    added = made(world.people["admin"].http.post("/api/admin/doctors", json=body, headers=key))
    refer = {"patient_id": world.people["patient"].id, "to_external": "Elsewhere", "reason": word, "urgency": "routine"}
    made(world.people["doctor"].http.post("/api/doctor/referrals", json=refer, headers=key))
    stored = b"".join(
        ciphertext for (ciphertext,) in databases.query(hospital.database, "SELECT ciphertext FROM idempotency_keys")
    )
    assert len(stored) > 500
    assert word.encode() not in stored
    file = b"".join(path.read_bytes() for path in hospital.data.glob("careplus.db*"))
    assert word.encode() in file, "the referral itself is there"
    assert added["invitation_code"].encode() not in file
    assert key["Idempotency-Key"].encode() not in file


@only_linux
def test_booking_is_replayed_after_kill_at_answer(killable: World, people: dict[str, Person], key: dict[str, str]) -> None:
    # the patients of the world may have appointments of other tests
    patient = new_patient(killable.hospital)
    body = visit_body(people, 100)
    answer = kill_and_repeat(killable, "appointments", "POST /api/appointments", patient.http, body, key)
    assert (answer.status_code, answer.headers["idempotency-replayed"], answer.headers["etag"]) == (201, "true", '"1"')
    assert patient.http.get("/api/appointments").json()["items"] == [answer.json()]
    patient.http.close()


@only_linux
def test_lab_booking_is_replayed_after_kill_at_commit(killable: World, people: dict[str, Person], key: dict[str, str]) -> None:
    """A laboratory time has several places, so a second booking would not be refused."""
    # the patients of the world may have bookings of other tests
    patient = new_patient(killable.hospital)
    day = visit_body(people, 200)["starts_at"][:10]
    starts_at = patient.http.get("/api/labs/slots", params={"day": day}).json()["items"][0]["starts_at"]
    body = {"test_codes": ["CBC"], "starts_at": starts_at}
    answer = kill_and_repeat(killable, "labs", "POST /api/labs/bookings", patient.http, body, key, at="commit")
    assert (answer.status_code, answer.headers["idempotency-replayed"], answer.headers["etag"]) == (201, "true", '"1"')
    assert patient.http.get("/api/labs/bookings").json()["items"] == [answer.json()]
    patient.http.close()
    assert contents(killable.hospital) == answer.extensions["meanwhile"]


@only_linux
@pytest.mark.parametrize("service", ["auth", "doctors"])
def test_doctor_is_added_once_when_one_service_is_killed(
    killable: World, people: dict[str, Person], key: dict[str, str], service: str
) -> None:
    """The answer contains the invitation that auth made before the kill, not a second one."""
    email, made_first = f"{service}@example.org", "SELECT code_hash FROM invitations ORDER BY id DESC LIMIT 1"
    body = {"email": email, "full_name": "Dr Twice", "specialty": "Cardiology"}

    def first(hospital: Hospital) -> list[tuple[Any, ...]]:
        return databases.query(hospital.database, made_first)

    answer = kill_and_repeat(killable, service, "POST /api/admin/doctors", people["admin"].http, body, key, first)
    assert answer.status_code == 201, answer.text
    code_hash = hashlib.sha256(answer.json()["invitation_code"].encode()).hexdigest()
    assert answer.extensions["meanwhile"] == first(killable.hospital) == [(code_hash,)]
    assert databases.query(killable.hospital.database, "SELECT version FROM doctors WHERE id = ?", answer.json()["id"]) == [(1,)]
    again = people["admin"].http.post("/api/admin/doctors", json=body, headers=key)
    assert (again.content, again.headers["idempotency-replayed"]) == (answer.content, "true")
    killable.hospital.register(email, "Dr Twice", invitation=answer.json()["invitation_code"]).http.close()


@only_linux
def test_repeated_change_after_lost_answer_is_not_stale(killable: World, people: dict[str, Person], key: dict[str, str]) -> None:
    doctor = people["doctor"].http
    before = doctor.get("/api/doctor/profile")
    body = {"full_name": "Dr Ama Osei", "specialty": "Cardiology", "room": "Room 7"}
    match = {"If-Match": before.headers["etag"]}
    answer = kill_and_repeat(killable, "doctors", "PUT /api/doctor/profile", doctor, body, key | match)
    assert (answer.status_code, answer.headers["idempotency-replayed"]) == (200, "true")
    assert answer.json()["version"] == before.json()["version"] + 1
    assert doctor.get("/api/doctor/profile").json() == answer.json()
    without_key = doctor.put("/api/doctor/profile", json=body, headers=match)
    assert (without_key.status_code, without_key.json()["version"]) == (412, answer.json()["version"])
