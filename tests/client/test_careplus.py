"""The client for other programs: per-call headers, renewed tokens, lists to their end, and retries."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator

import pytest

from careplus_client import CarePlus, NotModified
from careplus_client.renewal import Renewal
from careplus_contracts import accounts, appointments, finding, platform
from careplus_contracts.accounts import UpdateMe
from careplus_contracts.appointments import AppointmentFilter, Book
from careplus_contracts.finding import DoctorSearch
from careplus_contracts.refusals import (
    InProgress,
    PatientBusy,
    Refusal,
    SlotTaken,
    Stale,
    TooManyRequests,
    Unauthenticated,
    Unavailable,
)
from careplus_runtime.http.examples import refused
from tests.client.answering import REQUEST_ID, Answering, Prepared, answering
from tests.client.test_refusals import prepared
from tests.hospital import PASSWORD, Hospital, free_times
from tests.world import World

EXPIRED = "eyJhbGciOiJFUzI1NiJ9.e30.c2ln"


@pytest.fixture
async def patient(hospital: Hospital, world: World) -> AsyncIterator[CarePlus]:
    async with CarePlus.at(hospital.url, patience_s=3) as careplus:
        await careplus.sign_in("pia@example.org", PASSWORD)
        yield careplus


def renewal(careplus: CarePlus) -> Renewal:
    assert isinstance(careplus.http.auth, Renewal)
    return careplus.http.auth


async def test_same_key_books_once_and_another_is_refused(patient: CarePlus, world: World) -> None:
    at = free_times(world.people["patient"].http, world.ids["doctor_id"], days=14)[240]
    body = Book(doctor_id=world.ids["doctor_id"], starts_at=at)
    keyed = patient.with_options(idempotency_key="only-once")
    first, second = await keyed.reply(appointments.book, body), await keyed.reply(appointments.book, body)
    assert first.answer == second.answer
    assert [reply.headers.get("Idempotency-Replayed") for reply in (first, second)] == [None, "true"]
    with pytest.raises(PatientBusy) as refusal:
        await patient.call(appointments.book, body)
    assert refusal.value.other is not None
    assert refusal.value.other.starts_at == at
    assert refusal.value.alternatives
    assert all(time != at and time.utcoffset() is not None for time in refusal.value.alternatives)
    assert refusal.value.request_id


async def test_old_version_raises_stale_with_the_present_one(patient: CarePlus) -> None:
    me = await patient.call(accounts.me)
    body = UpdateMe(phone="+49 30 5550 1234")
    changed = await patient.with_options(if_match=me.version).call(accounts.update_me, body)
    with pytest.raises(Stale) as refusal:
        await patient.with_options(if_match=f'"{me.version}"').call(accounts.update_me, body)
    assert refusal.value.version == changed.version == me.version + 1


async def test_unchanged_list_raises_not_modified(patient: CarePlus) -> None:
    reply = await patient.reply(appointments.list_appointments, AppointmentFilter())
    with pytest.raises(NotModified):
        await patient.with_options(if_none_match=reply.headers["ETag"]).call(appointments.list_appointments, AppointmentFilter())
    changed = patient.with_options(if_none_match='"another"')
    assert await changed.call(appointments.list_appointments, AppointmentFilter()) == reply.answer


async def test_token_is_renewed_before_it_expires(patient: CarePlus) -> None:
    before, renewal(patient).renew_at = renewal(patient).tokens, 0
    await asyncio.gather(*(patient.call(accounts.me) for _ in range(5)))
    after = renewal(patient).tokens
    assert before is not None
    assert after is not None
    assert before.access_token != after.access_token
    assert renewal(patient).renew_at > time.monotonic() + 500


async def test_refused_token_is_renewed_once(patient: CarePlus) -> None:
    before = renewal(patient).tokens
    assert before is not None
    renewal(patient).keep(before.model_copy(update={"access_token": EXPIRED}))
    assert (await patient.call(accounts.me)).id == before.account.id
    after = renewal(patient).tokens
    assert after is not None
    assert after.access_token not in {EXPIRED, before.access_token}


async def test_sign_out_ends_the_session(hospital: Hospital, world: World) -> None:
    async with CarePlus.at(hospital.url) as careplus:
        assert (await careplus.sign_in("otto@example.org", PASSWORD)).full_name == "Otto Brandt"
        tokens = renewal(careplus).tokens
        await careplus.sign_out()
        with pytest.raises(Unauthenticated):
            await careplus.call(accounts.me)
        renewal(careplus).keep(tokens)
        renewal(careplus).renew_at = 0
        with pytest.raises(Unauthenticated) as refusal:
            await careplus.call(accounts.me)
        assert refusal.value.request_id


async def test_wrong_password_is_no_expired_token(patient: CarePlus) -> None:
    tokens = renewal(patient).tokens
    with pytest.raises(accounts.InvalidCredentials):
        await patient.sign_in("pia@example.org", "wrong-password")
    assert renewal(patient).tokens is tokens


async def test_items_and_pages_read_a_list_to_its_end(patient: CarePlus) -> None:
    whole = await patient.call(finding.find_doctors, DoctorSearch(limit=100))
    assert len(whole.items) >= 2
    pages = [page async for page in patient.pages(finding.find_doctors, DoctorSearch(limit=1))]
    assert [len(page.items) for page in pages] == [1] * len(whole.items)
    assert [doctor.id async for doctor in patient.items(finding.find_doctors, DoctorSearch(limit=1))] == [
        d.id for d in whole.items
    ]
    after_first = DoctorSearch(limit=1, cursor=pages[0].next_cursor)
    assert [doctor.id async for doctor in patient.items(finding.find_doctors, query=after_first)] == [
        d.id for d in whole.items[1:]
    ]


@pytest.fixture
def server() -> Iterator[Answering]:
    with answering(Prepared(204)) as server:
        yield server


def later(kind: type[Refusal], seconds: int) -> Prepared:
    answer = prepared(refused(kind))
    return Prepared(answer.status, answer.body, {**answer.headers, "Retry-After": str(seconds)})


HEALTHY = Prepared(200, b'{"status":"ok"}')


@pytest.mark.parametrize("kind", [TooManyRequests, Unavailable, InProgress])
async def test_get_is_repeated_after_the_named_seconds(server: Answering, kind: type[Refusal]) -> None:
    server.answers = [later(kind, 1), later(kind, 0), HEALTHY]
    began = time.monotonic()
    async with CarePlus.at(server.url) as careplus:
        assert (await careplus.call(platform.show_health)).status == "ok"
    assert 1 <= time.monotonic() - began < 5
    assert len(server.requests) == 3


async def test_wait_beyond_the_patience_is_refused_at_once(server: Answering) -> None:
    server.answers = [later(TooManyRequests, 31)]
    async with CarePlus.at(server.url) as careplus:
        with pytest.raises(TooManyRequests) as refusal:
            await careplus.call(platform.show_health)
    assert (refusal.value.retry_after, refusal.value.request_id, len(server.requests)) == (31, REQUEST_ID, 1)


async def test_repetitions_are_bounded(server: Answering) -> None:
    server.answers = [later(Unavailable, 0)]
    async with CarePlus.at(server.url) as careplus:
        with pytest.raises(Unavailable):
            await careplus.call(platform.show_health)
    assert len(server.requests) == 5


async def test_post_is_repeated_with_one_key(server: Answering) -> None:
    server.answers = [later(Unavailable, 0), prepared(refused(SlotTaken))]
    body = Book.model_validate_json('{"doctor_id": 7, "starts_at": "2030-01-07T09:00:00Z"}')
    async with CarePlus.at(server.url) as careplus:
        for _ in range(2):
            with pytest.raises(SlotTaken):
                await careplus.call(appointments.book, body)
    keys = [request["idempotency-key"] for request in server.requests]
    assert len(keys) == 3
    assert keys[0] == keys[1] != keys[2]


async def test_post_without_key_is_sent_once(server: Answering) -> None:
    server.answers = [later(Unavailable, 0)]
    async with CarePlus.at(server.url) as careplus:
        with pytest.raises(Unavailable):
            await careplus.sign_in("pia@example.org", PASSWORD)
    assert [request["path"] for request in server.requests] == ["/auth/login"]
    assert "idempotency-key" not in server.requests[0]
