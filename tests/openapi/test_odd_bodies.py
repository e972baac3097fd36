"""Bodies that programs send by mistake and attackers on purpose: refused or taken as documented, and nothing breaks."""

import json
import re
from collections.abc import Iterator
from contextlib import suppress
from itertools import cycle
from typing import Any

import httpx
import pytest

from careplus_contracts.endpoints import Endpoint
from careplus_contracts.everything import ENDPOINTS
from tests.hospital import processes
from tests.openapi.asking import example, send
from tests.world import World

WITH_BODY = [endpoint for endpoint in ENDPOINTS if endpoint.body is not None]
JSON = {"Content-Type": "application/json"}
MEMBERS = (
    # text: half of a surrogate pair, what ends strings in C, a raw control character, blank, long, longer in lower case
    *('"\\ud800"', '"a\\u0000b"', '"a\x01b"', '"\\ufeff"', f'"{"a" * 5000}"', '""', '"' + "\u00df" * 250 + '@b"'),
    *(str(2**63), str(-(2**70)), "1.5", "1e400", "-1e400", "NaN", "Infinity", "9" * 400, "9" * 5000, "-0", "0x1", "01", "1_0"),
    *("true", "false", "null", "[]", "{}", "[[]]", '{"a": 1}', '["a"]', '"true"', '"1"', "[null]"),
    # words of the contract in another case
    *('"ADMIN"', '"Patient"', '"doctor "', '"BOOKED"', '"Urgent"', '"\u017f"'),
    # days and instants: the ends of the calendar, seconds since 1970, digits of other scripts, leap seconds, odd offsets, none
    *('"0001-01-01"', '"9999-12-31T23:59:59-23:59"', '"2000-01-01T00:00:00+23:59"', "1893456000", '"0001-01-01T00:00:00Z"'),
    *('"\uff12030-01-07T09:00:00Z"', '"2030-01-07T09:00:60Z"', '"2030-01-07T09:00:00+24:00"', '"\u06609:00"'),
    *('"2030-01-07T09:00:00"', '"2030-01-07 09:00"', '"2030-02-30"', '"9999-12-31"', '"-2030-01-07T09:00:00Z"'),
    *("[" * 300 + "]" * 300, "[" * 20000, '{"a":' * 300 + "1" + "}" * 300),
)
WHOLE = [
    *(b"null", b"true", b"7", b"1e400", b"NaN", b"9" * 400, b'"text"', b"[]", b"[{}]", b"\x00", b'"', b"\xff", b"", b" "),
    *(b"\xef\xbb\xbf{}", "{}".encode("utf-16"), "{}".encode("utf-16-le"), "{}".encode("utf-32"), "{}".encode("utf-7") + b"\x00"),
    *(b"{}{}", b"{} {}", b"{}\n{}", b"{},", b"{,}", b"{'a':1}", b"{a:1}", b"/*c*/{}", b"{}//c", b'{"a":1,}', b"{", b"}"),
    *(b'{"a":1,"a":2}', b'{"\xff":1}', b'{"\\ud800":1}', b'{"\\u0000":1}', b'{"":1}', b'{"__proto__":{"role":"admin"}}'),
    *(b"[" * 100_000, b"[" * 500 + b"]" * 500, b'{"a":' * 100_000, b"a=1&b=2", b"<a/>", b"--x\r\n\r\n{}\r\n--x--"),
]
"""Nowhere a body; where one may be left out, nothing is none."""
KINDS = [
    *("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/jsonp", ""),
    # "": without any
    *("application/json2", "application/problem+json", "text/json", "application/xml", "application/octet-stream", "*/*", "json"),
]
VERSIONS = ['"' + "9" * 400 + '"', 'W/"1"', '"', '""', '"1"' * 50, "1", "a\xff", '"\xff"', "k" * 256, "k" * 4000]
MIB = 1024 * 1024


@pytest.fixture(scope="module", autouse=True)
def nobody_dies(shaken: World) -> Iterator[None]:
    """The processes that were there before are there afterwards."""
    before = processes(shaken.hospital)
    yield
    assert processes(shaken.hospital) == before


def test_there_are_enough() -> None:
    assert min(len(MEMBERS), len(WHOLE)) >= 40


@pytest.mark.parametrize("endpoint", WITH_BODY, ids=lambda endpoint: endpoint.name)
def test_odd_members(shaken: World, endpoint: Endpoint[..., Any]) -> None:
    """Each once, in one member or another."""
    body = example(endpoint, shaken)
    for value, place in zip(MEMBERS, cycle(leaves(body)), strict=False):
        send_with(shaken, endpoint, body, place, value)


@pytest.mark.attack
@pytest.mark.parametrize("endpoint", WITH_BODY, ids=lambda endpoint: endpoint.name)
def test_odd_members_everywhere(shaken: World, endpoint: Endpoint[..., Any]) -> None:
    body = example(endpoint, shaken)
    for place in leaves(body):
        for value in MEMBERS:
            send_with(shaken, endpoint, body, place, value)


def send_with(shaken: World, endpoint: Endpoint[..., Any], body: Any, place: tuple[Any, ...], value: str) -> None:
    text = json.dumps(replaced(body, place, "here"), ensure_ascii=False).replace('"here"', value)
    send(shaken, endpoint, content=text.encode(), headers=JSON)


@pytest.mark.parametrize("endpoint", WITH_BODY, ids=lambda endpoint: endpoint.name)
def test_what_is_no_body_of_ours(shaken: World, endpoint: Endpoint[..., Any]) -> None:
    assert endpoint.body is not None
    for whole in WHOLE:
        if whole or endpoint.body.default is not None:
            assert send(shaken, endpoint, content=whole, headers=JSON) in {404, 422}, whole[:20]
    # what is right but for its type, and for its encoding
    right = json.dumps(example(endpoint, shaken))
    for kind in KINDS:
        assert send(shaken, endpoint, content=right.encode(), headers={"Content-Type": kind} if kind else {}) in {404, 422}, kind
    for encoding in ("utf-16", "utf-16-le", "utf-32"):
        assert send(shaken, endpoint, content=right.encode(encoding), headers=JSON) in {404, 422}, encoding


@pytest.mark.parametrize("endpoint", [one for one in WITH_BODY if one.example], ids=lambda endpoint: endpoint.name)
def test_a_member_that_stands_twice(shaken: World, endpoint: Endpoint[..., Any]) -> None:
    """Somebody in between may have looked at the other one."""
    body = example(endpoint, shaken)
    assert body
    name = next(iter(body))
    twice = f"{json.dumps(body)[:-1]}, {json.dumps(name)}: {json.dumps(body[name])}}}"
    assert send(shaken, endpoint, content=twice.encode(), headers=JSON) in {404, 422}


@pytest.mark.parametrize("name", ["register", "write_notes"])
def test_thirty_megabytes_of_text(shaken: World, name: str) -> None:
    """Said to be so long, and not said: either way it ends at the limit, and the next request is served."""
    [endpoint] = [one for one in ENDPOINTS if one.name == name]
    body = json.dumps({**(example(endpoint, shaken) or {}), "text": "a" * 30 * MIB}).encode()
    chunks = (body[start : start + MIB // 4] for start in range(0, len(body), MIB // 4))
    for content in (body, chunks):
        # the line may be closed before all was sent
        with suppress(httpx.WriteError, httpx.RemoteProtocolError):
            assert send(shaken, endpoint, content=content, headers=JSON) == 413
    assert send(shaken, endpoint, content=b"{}", headers=JSON) == 422


@pytest.mark.parametrize("endpoint", [one for one in ENDPOINTS if one.versioned or one.keyed], ids=lambda endpoint: endpoint.name)
def test_odd_versions_and_keys(shaken: World, endpoint: Endpoint[..., Any]) -> None:
    for value in VERSIONS:
        headers = {"If-Match": value.encode("latin-1"), "Idempotency-Key": value.encode("latin-1")}
        send(shaken, endpoint, json=example(endpoint, shaken), headers=headers)


@pytest.mark.parametrize("endpoint", [one for one in ENDPOINTS if one.keyed], ids=lambda endpoint: endpoint.name)
def test_keys_that_are_none(shaken: World, endpoint: Endpoint[..., Any]) -> None:
    for key in (b"", b"k" * 256, b"\xff"):
        status = send(shaken, endpoint, json=example(endpoint, shaken), headers={"Idempotency-Key": key})
        assert status in {404, 422}, key


NO_INSTANTS = ["2030-01-07T09:00:00", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "2030-01-07T09:00:60Z", 1893456000]
INSTANTS = [
    (endpoint, name)
    for endpoint in WITH_BODY
    for name, value in dict(endpoint.example or {}).items()
    if re.match(r"\d{4}-\d\d-\d\dT", str(value))
]


@pytest.mark.parametrize(("endpoint", "name"), INSTANTS, ids=lambda one: one if isinstance(one, str) else one.name)
def test_times_without_a_zone_or_of_no_century_of_ours(shaken: World, endpoint: Endpoint[..., Any], name: str) -> None:
    for value in NO_INSTANTS:
        body = {**(example(endpoint, shaken) or {}), name: value}
        assert send(shaken, endpoint, json=body) in {404, 422}, value


@pytest.mark.parametrize(
    "role", ["ADMIN", "Admin", "admin ", " admin", "\uff41dmin", "adm\u0131n", ["admin"], None, 3, "admin\u0000"]
)
@pytest.mark.parametrize("name", ["register", "invite", "update_account"])
def test_roles_that_are_none(shaken: World, name: str, role: Any) -> None:
    [endpoint] = [one for one in ENDPOINTS if one.name == name]
    assert send(shaken, endpoint, json={**(example(endpoint, shaken) or {}), "role": role}) == 422


def leaves(value: Any, to: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Where the values of a body stand."""
    if not isinstance(value, dict | list):
        yield to
        return
    for key in value if isinstance(value, dict) else range(len(value)):
        yield from leaves(value[key], (*to, key))


def replaced(value: Any, place: tuple[Any, ...], new: Any) -> Any:
    if not place:
        return new
    copy = value.copy()
    copy[place[0]] = replaced(copy[place[0]], place[1:], new)
    return copy
