"""Malformed and unusual bodies: refused or accepted as documented, without a 5xx."""

import json
import re
import select
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import cycle
from pathlib import Path
from typing import Any, get_args, get_origin

import pytest
from pydantic import BaseModel

from careplus_contracts.endpoints import Endpoint, Role
from careplus_contracts.registry import ENDPOINTS
from tests.acts.catalogue import act_of
from tests.attacks.test_overload_and_restarts import peak_mib
from tests.hospital import processes
from tests.openapi.documented import PATHS, example, send
from tests.world import World

WITH_BODY = [endpoint for endpoint in ENDPOINTS if endpoint.body is not None]
WRITES = [endpoint for endpoint in ENDPOINTS if endpoint.method != "GET"]
JSON = {"Content-Type": "application/json"}
NUL = '"a\\u0000b"'
NEVER = (
    # text: half of a surrogate pair, NUL, a raw control character, more than any text may have
    *('"\\ud800"', NUL, '"a\x01b"', f'"{"a" * 5000}"'),
    *("1e400", "-1e400", "NaN", "-Infinity", "9" * 400, "-" + "9" * 5000, "0x1", "01", "1_0"),
    *("[]", "{}", "[[]]", '{"a": 1}', '["a"]', "[null]", "True"),
    *("[" * 300 + "]" * 300, "[" * 20000, '{"a":' * 300 + "1" + "}" * 300),
)
"""Values that no member accepts, lists excepted."""
MEMBERS = (
    *NEVER,
    # blank, empty, longer in lower case
    *('"\\ufeff"', '""', '"' + "\u00df" * 250 + '@b"'),
    *(str(2**63), str(-(2**70)), "1.5", "-0", "true", "false", "null", '"true"', '"1"'),
    # words of the contract in another case
    *('"ADMIN"', '"Patient"', '"doctor "', '"BOOKED"', '"Urgent"', '"\u017f"'),
    # days and instants: the ends of the calendar, seconds since 1970, digits of other scripts, leap seconds, odd offsets, none
    *('"0001-01-01"', '"9999-12-31T23:59:59-23:59"', '"2000-01-01T00:00:00+23:59"', "1893456000", '"0001-01-01T00:00:00Z"'),
    *('"\uff12030-01-07T09:00:00Z"', '"2030-01-07T09:00:60Z"', '"2030-01-07T09:00:00+24:00"', '"\u06609:00"'),
    *('"2030-01-07T09:00:00"', '"2030-01-07 09:00"', '"2030-02-30"', '"9999-12-31"', '"-2030-01-07T09:00:00Z"'),
)
SECRETS = {"password", "current_password", "new_password", "otp"}
"""Members for which a wrong value need not be malformed: a wrong password may hold a NUL."""
WHOLE = [
    *(b"null", b"true", b"7", b"1e400", b"NaN", b"9" * 400, b'"text"', b"[]", b"[{}]", b"\x00", b'"', b"\xff", b"", b" "),
    *(b"\xef\xbb\xbf{}", "{}".encode("utf-16"), "{}".encode("utf-16-le"), "{}".encode("utf-32"), "{}".encode("utf-7") + b"\x00"),
    *(b"{}{}", b"{} {}", b"{}\n{}", b"{},", b"{,}", b"{'a':1}", b"{a:1}", b"/*c*/{}", b"{}//c", b'{"a":1,}', b"{", b"}"),
    *(b'{"a":1,"a":2}', b'{"\xff":1}', b'{"\\ud800":1}', b'{"\\u0000":1}', b'{"":1}', b'{"__proto__":{"role":"admin"}}'),
    *(b"[" * 100_000, b"[" * 500 + b"]" * 500, b'{"a":' * 100_000, b"a=1&b=2", b"<a/>", b"--x\r\n\r\n{}\r\n--x--"),
]
"""Content that no endpoint accepts as a body; empty content stands for no body where it is optional."""
KINDS = [
    *("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/jsonp", ""),
    # "": without any
    *("application/json2", "application/problem+json", "text/json", "application/xml", "application/octet-stream", "*/*", "json"),
]
VERSIONS = ['"' + "9" * 400 + '"', 'W/"1"', '"', '""', '"1"' * 50, "1", "a\xff", '"\xff"', "k" * 256, "k" * 4000]
MIB = 1024 * 1024


@pytest.fixture(scope="module", autouse=True)
def check_no_process_ends(sandbox: World) -> Iterator[None]:
    """Check after the module that no process has ended."""
    before = processes(sandbox.hospital)
    yield
    assert processes(sandbox.hospital) == before


def test_odd_bodies_cover_enough_members() -> None:
    assert min(len(set(MEMBERS)), len(set(WHOLE))) >= 40
    assert len(set(NEVER)) >= 20


@pytest.mark.parametrize("endpoint", WITH_BODY, ids=lambda endpoint: endpoint.name)
def test_odd_members_get_documented_answers(sandbox: World, endpoint: Endpoint[..., Any]) -> None:
    """Send each odd value once, at one place."""
    body = example(endpoint, sandbox)
    for value, place in zip(MEMBERS, cycle(members(endpoint, body)), strict=False):
        send_with(sandbox, endpoint, body, place, value)


@pytest.mark.attack
@pytest.mark.parametrize("endpoint", WITH_BODY, ids=lambda endpoint: endpoint.name)
def test_odd_members_at_every_place_get_documented_answers(sandbox: World, endpoint: Endpoint[..., Any]) -> None:
    body = example(endpoint, sandbox)
    for place in members(endpoint, body):
        for value in MEMBERS:
            send_with(sandbox, endpoint, body, place, value)


def send_with(sandbox: World, endpoint: Endpoint[..., Any], body: Any, place: tuple[Any, ...], value: str) -> None:
    text = json.dumps(replaced(body, place, "here"), ensure_ascii=False).replace('"here"', value)
    status = send(sandbox, endpoint, content=text.encode(), headers=JSON)
    if value in NEVER and not (value == NUL and place[-1] in SECRETS):
        assert status in {404, 422}, (place, value[:40])


@pytest.mark.parametrize("endpoint", WITH_BODY, ids=lambda endpoint: endpoint.name)
def test_invalid_json_bodies_are_refused(sandbox: World, endpoint: Endpoint[..., Any]) -> None:
    assert endpoint.body is not None
    for whole in WHOLE:
        if whole or endpoint.body.default is not None:
            assert send(sandbox, endpoint, content=whole, headers=JSON) in {404, 422}, whole[:20]
    # valid except for its media type, and for its encoding
    right = json.dumps(example(endpoint, sandbox))
    for kind in KINDS:
        assert send(sandbox, endpoint, content=right.encode(), headers={"Content-Type": kind} if kind else {}) in {404, 422}, kind
    for encoding in ("utf-16", "utf-16-le", "utf-32"):
        assert send(sandbox, endpoint, content=right.encode(encoding), headers=JSON) in {404, 422}, encoding


@pytest.mark.parametrize("endpoint", [one for one in WITH_BODY if one.example], ids=lambda endpoint: endpoint.name)
def test_duplicate_member_is_refused(sandbox: World, endpoint: Endpoint[..., Any]) -> None:
    """Refuse a duplicate member, because a proxy may have checked the other value."""
    body = example(endpoint, sandbox)
    assert body
    name = next(iter(body))
    twice = f"{json.dumps(body)[:-1]}, {json.dumps(name)}: {json.dumps(body[name])}}}"
    assert send(sandbox, endpoint, content=twice.encode(), headers=JSON) in {404, 422}


@pytest.mark.parametrize("endpoint", [one for one in WRITES if one.body is None], ids=lambda endpoint: endpoint.name)
def test_unexpected_body_is_ignored(sandbox: World, endpoint: Endpoint[..., Any]) -> None:
    statuses = {send(sandbox, endpoint, content=whole, headers=JSON) for whole in (*WHOLE, b"{}")}
    # a record that is deleted is gone after the first, an act that is possible once is refused, and so are too many
    later = {404, 409, 429} if act_of(endpoint).counts_attempts else {404, 409}
    assert len(statuses - later) == 1 or statuses <= later
    assert 422 not in statuses


FRAMINGS = {"with a length": b"content-length: %d", "in chunks": b"transfer-encoding: chunked"}


@pytest.mark.parametrize("framing", FRAMINGS)
@pytest.mark.parametrize("name", ["register", "write_notes"])
def test_text_of_30_mb_is_refused(sandbox: World, name: str, framing: str) -> None:
    """The answer is 413 with both framings, and the next request is served."""
    [endpoint] = [one for one in ENDPOINTS if one.name == name]
    with holding_no_more_than(8, sandbox):
        check_too_large(sandbox, endpoint, framing)


@pytest.mark.attack
@pytest.mark.parametrize("framing", FRAMINGS)
def test_text_of_30_mb_is_refused_at_every_endpoint(sandbox: World, framing: str) -> None:
    """Send eight bodies at a time, together a gigabyte; the gateway buffers a fraction of one."""
    with holding_no_more_than(24, sandbox), ThreadPoolExecutor(8) as at_once:
        list(at_once.map(lambda endpoint: check_too_large(sandbox, endpoint, framing), WRITES))


def check_too_large(sandbox: World, endpoint: Endpoint[..., Any], framing: str) -> None:
    text = json.dumps({**(example(endpoint, sandbox) or {}), "text": "a" * 30 * MIB}).encode()
    person = sandbox.people[next(role for role in Role if endpoint.admits(role))]
    head = [
        f"{endpoint.method} {endpoint.path.format(**sandbox.ids)} HTTP/1.1".encode(),
        *(b"host: x", b"content-type: application/json", f"authorization: Bearer {person.token}".encode()),
        FRAMINGS[framing].replace(b"%d", b"%d" % len(text)),
    ]
    content = text if framing == "with a length" else b"%x\r\n%b\r\n0\r\n\r\n" % (len(text), text)
    response = answered_while_sending(sandbox.hospital.port, b"\r\n".join(head) + b"\r\n\r\n" + content)
    answer_head, _, problem = response.partition(b"\r\n\r\n")
    assert answer_head.startswith(b"HTTP/1.1 413 "), (endpoint.name, response)
    assert json.loads(problem)["code"] == "too_large", endpoint.name
    assert f"x-request-id: {json.loads(problem)['request_id']}".encode() in answer_head
    if endpoint.body is not None:
        assert "413" in PATHS[endpoint.path][endpoint.method.lower()]["responses"]
        assert send(sandbox, endpoint, content=b"[", headers=JSON) in {404, 422}


def answered_while_sending(port: int, request: bytes) -> bytes:
    """Send a body and return all bytes received until the server closes."""
    response, waiting = b"", memoryview(request)
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.setblocking(False)
        while True:
            readable, writable, _ = select.select([connection], [connection] if waiting else [], [], 30)
            assert readable or writable, "the server neither reads nor closes"
            try:
                if readable:
                    if not (part := connection.recv(65536)):
                        break
                    response += part
                else:
                    waiting = waiting[connection.send(waiting[:65536]) :]
            except ConnectionError:
                break
    return response


@contextmanager
def holding_no_more_than(mib: int, sandbox: World) -> Iterator[None]:
    """No process grows by more, and none ends."""
    running = processes(sandbox.hospital)
    for pid in running.values():
        # reset the peaks
        Path(f"/proc/{pid}/clear_refs").write_text("5")
    before = {name: peak_mib(pid) for name, pid in running.items()}
    yield
    assert processes(sandbox.hospital) == running
    grown = {name: peak_mib(pid) - before[name] for name, pid in running.items()}
    assert max(grown.values()) < mib, grown


@pytest.mark.parametrize(
    "endpoint", [one for one in ENDPOINTS if one.versioned or one.idempotent], ids=lambda endpoint: endpoint.name
)
def test_odd_version_and_key_headers_are_answered(sandbox: World, endpoint: Endpoint[..., Any]) -> None:
    for value in VERSIONS:
        headers = {"If-Match": value.encode("latin-1"), "Idempotency-Key": value.encode("latin-1")}
        send(sandbox, endpoint, json=example(endpoint, sandbox), headers=headers)


@pytest.mark.parametrize("endpoint", [one for one in ENDPOINTS if one.idempotent], ids=lambda endpoint: endpoint.name)
def test_invalid_idempotency_keys_are_refused(sandbox: World, endpoint: Endpoint[..., Any]) -> None:
    for key in (b"", b"k" * 256, b"\xff"):
        status = send(sandbox, endpoint, json=example(endpoint, sandbox), headers={"Idempotency-Key": key})
        assert status in {404, 422}, key


NO_INSTANTS = ["2030-01-07T09:00:00", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "2030-01-07T09:00:60Z", 1893456000]
INSTANTS = [
    (endpoint, name)
    for endpoint in WITH_BODY
    for name, value in dict(endpoint.example or {}).items()
    if re.match(r"\d{4}-\d\d-\d\dT", str(value))
]


@pytest.mark.parametrize(("endpoint", "name"), INSTANTS, ids=lambda one: one if isinstance(one, str) else one.name)
def test_times_without_zone_or_out_of_range_are_refused(sandbox: World, endpoint: Endpoint[..., Any], name: str) -> None:
    for value in NO_INSTANTS:
        body = {**(example(endpoint, sandbox) or {}), name: value}
        assert send(sandbox, endpoint, json=body) in {404, 422}, value


@pytest.mark.parametrize(
    "role", ["ADMIN", "Admin", "admin ", " admin", "\uff41dmin", "adm\u0131n", ["admin"], None, 3, "admin\u0000"]
)
@pytest.mark.parametrize("name", ["register", "invite", "update_account"])
def test_unknown_roles_are_refused(sandbox: World, name: str, role: Any) -> None:
    [endpoint] = [one for one in ENDPOINTS if one.name == name]
    assert send(sandbox, endpoint, json={**(example(endpoint, sandbox) or {}), "role": role}) == 422


def members(endpoint: Endpoint[..., Any], body: Any) -> list[tuple[Any, ...]]:
    """Return the places of all values of a body, and of members that its example omits, lists excepted."""
    assert endpoint.body is not None
    kinds = (endpoint.body.annotation, *get_args(endpoint.body.annotation))
    [model] = [kind for kind in kinds if isinstance(kind, type) and issubclass(kind, BaseModel)]
    left_out = [
        name for name, member in model.model_fields.items() if name not in (body or {}) and not is_list(member.annotation)
    ]
    return [*leaves(body or {}), *((name,) for name in left_out)]


def is_list(annotation: Any) -> bool:
    return get_origin(annotation) is list or any(is_list(kind) for kind in get_args(annotation))


def leaves(value: Any, to: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Return the places of the values of a body."""
    if not isinstance(value, dict | list):
        yield to
        return
    for key in value if isinstance(value, dict) else range(len(value)):
        yield from leaves(value[key], (*to, key))


def replaced(value: Any, place: tuple[Any, ...], new: Any) -> Any:
    if not place:
        return new
    copy = value.copy()
    copy[place[0]] = replaced(copy[place[0]], place[1:], new) if place[1:] else new
    return copy
