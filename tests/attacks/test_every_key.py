"""Every endpoint that takes an Idempotency-Key, called twice with the same key: one effect, and the same answer."""

import json
import secrets
from typing import Any

import httpx
import pytest

from careplus_runtime.audit.subjects import patient_ids_in
from tests.acts.act import Act
from tests.acts.catalogue import by_turns, idempotent_acts
from tests.acts.context import ActContext, acting_in
from tests.attacks.conftest import killable_world
from tests.attacks.db_assertions import (
    all_at_once,
    check_one_answer,
    client_for,
    contents,
    growth,
    is_unchanged,
    kill_and_repeat,
    tally,
)
from tests.audit.audit_rows import of_request
from tests.hospital import Hospital, only_linux
from tests.world import World

JSON = {"Content-Type": "application/json"}
REQUESTS = 30


def names_a_patient(act: Act) -> bool:
    """Return whether the audit event must name the patient: staff change a patient's record."""
    answer_names_them = patient_ids_in(act.endpoint.answer) is not None
    return act.caller != "patient" and not act.no_patient and (answer_names_them or "{patient_id}" in act.endpoint.path)


def test_same_key_twice_acts_once(killable: World) -> None:
    with acting_in(killable) as context:
        for act in idempotent_acts():
            check_repeated(context, act)


def check_repeated(context: ActContext, act: Act) -> None:
    http, method, path, body = context.request(act)
    hospital, sent = context.hospital, json.dumps(body).encode()
    before = contents(hospital)
    headers = {**JSON, "Idempotency-Key": secrets.token_hex(16)}
    request_id = {"X-Request-Id": secrets.token_hex(8)}
    first = http.request(method, path, content=sent, headers=headers | request_id)
    assert first.status_code == act.endpoint.status, f"{act.name}: {first.text}"
    done = contents(hospital)
    assert len(done["idempotency_keys"]) > len(before["idempotency_keys"]), act.name
    # a service that calls another one leaves events of both
    found = of_request(hospital, request_id["X-Request-Id"])
    [event] = [one for one in found if one["action"] == act.name]
    assert (event["kind"], event["outcome"]) == ("change", "ok")
    assert event["patients"] or not names_a_patient(act), act.name
    again = http.request(method, path, content=sent, headers=headers)
    assert (again.status_code, again.content) == (first.status_code, first.content), act.name
    assert again.headers["idempotency-replayed"] == "true", act.name
    for name in ("etag", "content-type", "cache-control"):
        assert again.headers.get(name) == first.headers.get(name), act.name
    other = http.request(method, path, content=sent + b" ", headers=headers)
    assert (other.status_code, other.json()["code"]) == (422, "key_reused"), act.name
    assert is_unchanged(done, contents(hospital)), act.name


@pytest.fixture(scope="module")
def growth_once(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, int]]:
    """Return, for each act, by how many rows and versions the tables grow when it is done once."""
    grown = {}
    with killable_world(tmp_path_factory.mktemp("once")) as world, acting_in(world) as context:
        for act in by_turns(idempotent_acts()):
            http, method, path, body = context.request(act)
            before = tally(world.hospital)
            answer = http.request(method, path, json=body, headers={"Idempotency-Key": secrets.token_hex(16)})
            assert answer.status_code == act.endpoint.status, f"{act.name}: {answer.text}"
            grown[act.name] = growth(before, tally(world.hospital))
    return grown


def check_done_once(
    context: ActContext, act: Act, answer: httpx.Response, grown: dict[str, int], expected: dict[str, int]
) -> None:
    """Check that the tables have grown as by one act, and that the record read back equals the answer."""
    assert grown == expected, act.name
    if act.read_back:
        # other roles see other members of the record, so its caller reads it where it can
        person = act.caller if act.caller in act.read_back else next(iter(act.read_back))
        record = answer.json()
        read = context.http(person).get(act.read_back[person].format(**{**context.world.ids, **record})).json()
        if "next_cursor" not in read:
            if record.keys() & read.keys():
                assert common(read, record) == common(record, read), act.name
            else:
                listed = [one for many in read.values() if isinstance(many, list) for one in many]
                assert any(member in listed for member in record.values() if isinstance(member, dict)), act.name


def common(one: Any, other: Any) -> Any:
    """Return the members of one record that another has too, also inside of its members: roles see different ones."""
    if isinstance(one, dict) and isinstance(other, dict):
        return {name: common(value, other[name]) for name, value in one.items() if name in other}
    return one


async def send_many(hospital: Hospital, method: str, path: str, body: Any, headers: dict[str, str]) -> list[httpx.Response]:
    async with client_for(hospital, REQUESTS) as http:
        return await all_at_once(lambda _: http.request(method, path, json=body, headers=headers), REQUESTS)


@pytest.mark.attack
@pytest.mark.timeout(900)
async def test_concurrent_requests_with_one_key_act_once(new_killable: World, growth_once: dict[str, dict[str, int]]) -> None:
    hospital = new_killable.hospital
    with acting_in(new_killable) as context:
        for act in by_turns(idempotent_acts()):
            http, method, path, body = context.request(act)
            request_id = secrets.token_hex(8)
            headers = {"Idempotency-Key": secrets.token_hex(16), "X-Request-Id": request_id}
            before = tally(hospital)
            answers = await send_many(hospital, method, path, body, {**headers, **context.headers(act.caller)})
            first = check_one_answer(answers, act.endpoint.status)
            check_done_once(context, act, first, growth(before, tally(hospital)), growth_once[act.name])
            changes = [one for one in of_request(hospital, request_id) if one["action"] == act.name and one["outcome"] == "ok"]
            assert [one["kind"] for one in changes] == ["change"], act.name
            done = contents(hospital)
            again = http.request(method, path, json=body, headers=headers)
            assert (again.status_code, again.content) == (first.status_code, first.content), act.name
            assert again.headers["idempotency-replayed"] == "true", act.name
            assert is_unchanged(done, contents(hospital)), act.name


@only_linux
@pytest.mark.attack
# a service starts again for each act, on a busy machine in several seconds
@pytest.mark.timeout(900)
def test_act_of_killed_process_is_answered(new_killable: World, growth_once: dict[str, dict[str, int]]) -> None:
    """Kill the process at its first commit, before it can commit anything in addition."""
    hospital = new_killable.hospital
    with acting_in(new_killable) as context:
        for act in by_turns(idempotent_acts()):
            http, method, path, body = context.request(act)
            key, before = {"Idempotency-Key": secrets.token_hex(16)}, tally(hospital)
            at = "answer" if act.counts_attempts else "commit"
            answer = kill_and_repeat(new_killable, act.endpoint.service, f"{method} {path}", http, body, key, at=at)
            assert answer.status_code == act.endpoint.status, f"{act.name}: {answer.text}"
            assert answer.headers["idempotency-replayed"] == "true", act.name
            check_done_once(context, act, answer, growth(before, tally(hospital)), growth_once[act.name])
            again = http.request(method, path, json=body, headers=key)
            assert (again.status_code, again.content) == (answer.status_code, answer.content), act.name
            assert again.headers.get("etag") == answer.headers.get("etag"), act.name
            # no row was added after the kill
            assert contents(hospital) == answer.extensions["meanwhile"], act.name
