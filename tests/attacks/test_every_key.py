"""Every endpoint that takes an Idempotency-Key, asked again with the same one: the same answer, one effect."""

import json
import secrets
from typing import Any

import httpx
import pytest

from careplus_contracts.registry import ENDPOINTS
from careplus_runtime.audit.subjects import patient_ids_in
from tests.attacks.conftest import world_of_mortals
from tests.attacks.deeds import DEEDS, Deed, Doing, by_turns
from tests.attacks.ledger import all_at_once, check_one_answer, contents, crowd_of, dying, growth, tally
from tests.attacks.writing import READ
from tests.audit.audit_rows import of_request
from tests.hospital import Hospital, only_linux
from tests.world import World

JSON = {"Content-Type": "application/json"}
CROWD = 100
COUNTED_FIRST = {
    *("prepare_second_factor", "confirm_second_factor"),
    *("change_password", "forgot_password", "reset_password"),
}
"""Deeds before which it is kept, in a transaction of its own, that somebody has tried."""


def test_there_is_a_deed_for_every_key() -> None:
    assert sorted(deed.name for deed in DEEDS) == sorted(endpoint.name for endpoint in ENDPOINTS if endpoint.idempotent)


def of_somebody(deed: Deed) -> bool:
    """Whether it is done to somebody's record by others. The time off is of a day without visits."""
    answer_names_them = patient_ids_in(deed.endpoint.answer) is not None
    return (
        deed.person != "patient" and deed.name != "take_time_off" and (answer_names_them or "{patient_id}" in deed.endpoint.path)
    )


def test_the_same_key_twice_is_one_deed(mortal: World) -> None:
    doing = Doing(mortal)
    before = contents(mortal.hospital)
    for deed in DEEDS:
        path, body = doing.request(deed)
        http, sent = mortal.people[deed.person].http, json.dumps(body).encode()
        headers = {**JSON, "Idempotency-Key": secrets.token_hex(16)}
        request_id = {"X-Request-Id": secrets.token_hex(8)}
        first = http.request(deed.endpoint.method, path, content=sent, headers=headers | request_id)
        assert first.status_code == deed.endpoint.status, f"{deed.name}: {first.text}"
        done = contents(mortal.hospital)
        assert len(done["idempotency_keys"]) > len(before["idempotency_keys"]), deed.name
        # those that another service has a part in leave that part's too
        found = of_request(mortal.hospital, request_id["X-Request-Id"])
        [event] = [one for one in found if one["action"] == deed.name]
        assert (event["kind"], event["outcome"]) == ("change", "ok")
        assert event["patients"] or not of_somebody(deed), deed.name
        again = http.request(deed.endpoint.method, path, content=sent, headers=headers)
        assert (again.status_code, again.content) == (first.status_code, first.content), deed.name
        assert again.headers["idempotency-replayed"] == "true", deed.name
        for name in ("etag", "content-type", "cache-control"):
            assert again.headers.get(name) == first.headers.get(name), deed.name
        other = http.request(deed.endpoint.method, path, content=sent + b" ", headers=headers)
        assert (other.status_code, other.json()["code"]) == (422, "key_reused"), deed.name
        assert contents(mortal.hospital) == done, deed.name
        doing.answers[deed.name], before = first.json() if first.content else None, done


@pytest.fixture(scope="module")
def once(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, int]]:
    """What the tables grow by when somebody asks for each deed one time."""
    grown = {}
    with world_of_mortals(tmp_path_factory.mktemp("once")) as world:
        doing, before = Doing(world), tally(world.hospital)
        for deed in by_turns():
            path, body = doing.request(deed)
            key = {"Idempotency-Key": secrets.token_hex(16)}
            answer = world.people[deed.person].http.request(deed.endpoint.method, path, json=body, headers=key)
            assert answer.status_code == deed.endpoint.status, f"{deed.name}: {answer.text}"
            doing.answers[deed.name], after = answer.json() if answer.content else None, tally(world.hospital)
            grown[deed.name], before = growth(before, after), after
    return grown


def check_done_once(world: World, deed: Deed, answer: httpx.Response, grown: dict[str, int], expected: dict[str, int]) -> None:
    """The tables have grown by what one deed adds, and whoever reads the record reads what was answered."""
    assert grown == expected, deed.name
    if deed.name in READ:
        # the others are shown more of it, or less
        person, path = next(iter(READ[deed.name].items()))
        said = answer.json()
        read = world.people[person].http.get(path.format(**{**world.ids, **said})).json()
        if "next_cursor" not in read:
            shared = said.keys() & read.keys()
            assert {name: read[name] for name in shared} == {name: said[name] for name in shared} != {}, deed.name


async def a_crowd(hospital: Hospital, deed: Deed, path: str, body: Any, headers: dict[str, str]) -> list[httpx.Response]:
    async with crowd_of(hospital, CROWD) as http:
        return await all_at_once(lambda _: http.request(deed.endpoint.method, path, json=body, headers=headers), CROWD)


@pytest.mark.attack
async def test_a_hundred_with_one_key_do_one_deed(another_mortal: World, once: dict[str, dict[str, int]]) -> None:
    hospital = another_mortal.hospital
    doing = Doing(another_mortal)
    for deed in by_turns():
        path, body = doing.request(deed)
        request_id, person = secrets.token_hex(8), another_mortal.people[deed.person]
        headers = {"Idempotency-Key": secrets.token_hex(16), "X-Request-Id": request_id}
        before = tally(hospital)
        answers = await a_crowd(hospital, deed, path, body, {**headers, "Authorization": f"Bearer {person.token}"})
        first = check_one_answer(answers, deed.endpoint.status)
        check_done_once(another_mortal, deed, first, growth(before, tally(hospital)), once[deed.name])
        changes = [one for one in of_request(hospital, request_id) if one["action"] == deed.name and one["outcome"] == "ok"]
        assert [one["kind"] for one in changes] == ["change"], deed.name
        done = contents(hospital)
        again = person.http.request(deed.endpoint.method, path, json=body, headers=headers)
        assert (again.status_code, again.content) == (first.status_code, first.content), deed.name
        assert again.headers["idempotency-replayed"] == "true", deed.name
        assert contents(hospital) == done, deed.name
        doing.answers[deed.name] = first.json() if first.content else None


@only_linux
@pytest.mark.attack
# a service starts again for each of them, on a busy machine in several seconds
@pytest.mark.timeout(900)
def test_every_deed_is_answered_though_the_process_that_did_it_was_killed(
    another_mortal: World, once: dict[str, dict[str, int]]
) -> None:
    """At its first commit, before anything else that it might have wanted to keep."""
    hospital = another_mortal.hospital
    doing = Doing(another_mortal)
    for deed in by_turns():
        path, body = doing.request(deed)
        http, key = another_mortal.people[deed.person].http, {"Idempotency-Key": secrets.token_hex(16)}
        before = tally(hospital)
        call, at = f"{deed.endpoint.method} {path}", "answer" if deed.name in COUNTED_FIRST else "commit"
        answer = dying(another_mortal, deed.endpoint.service, call, http, body, key, at=at)
        assert answer.status_code == deed.endpoint.status, f"{deed.name}: {answer.text}"
        assert answer.headers["idempotency-replayed"] == "true", deed.name
        check_done_once(another_mortal, deed, answer, growth(before, tally(hospital)), once[deed.name])
        again = http.request(deed.endpoint.method, path, json=body, headers=key)
        assert (again.status_code, again.content) == (answer.status_code, answer.content), deed.name
        assert again.headers.get("etag") == answer.headers.get("etag"), deed.name
        # what was there when it had died is all that there is
        assert contents(hospital) == answer.extensions["meanwhile"], deed.name
        doing.answers[deed.name] = answer.json() if answer.content else None
