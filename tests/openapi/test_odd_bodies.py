"""Bodies that programs send by mistake and attackers on purpose: refused or taken as documented, and nothing breaks."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from careplus_contracts.endpoints import Endpoint
from careplus_contracts.everything import ENDPOINTS
from tests.openapi.asking import example, send
from tests.world import World

WITH_BODY = [endpoint for endpoint in ENDPOINTS if endpoint.body is not None]
JSON = {"Content-Type": "application/json"}
MEMBERS = (
    # text: half of a surrogate pair, what ends strings in C, a raw control character, blank, long, longer in lower case
    *('"\\ud800"', '"a\\u0000b"', '"a\x01b"', '"\\ufeff"', f'"{"a" * 5000}"', '""', '"' + "\u00df" * 250 + '@b"'),
    *(str(2**63), str(-(2**70)), "1.5", "1e400", "NaN", "9" * 5000, "true", "null", "[]", "{}"),
    # days and instants: the ends of the calendar, seconds since 1970, digits of other scripts, leap seconds, odd offsets
    *('"0001-01-01"', '"9999-12-31T23:59:59-23:59"', '"2000-01-01T00:00:00+23:59"', "1893456000"),
    *('"\uff12030-01-07T09:00:00Z"', '"2030-01-07T09:00:60Z"', '"2030-01-07T09:00:00+24:00"', '"\u06609:00"'),
    *("[" * 300 + "]" * 300, "[" * 20000),
)
WHOLE = [b"null", b"\xef\xbb\xbf{}", "{}".encode("utf-16"), b"{}{}", b"\x00", b'"', b"\xff", b"[" * 100_000, b'{"a":1,"a":2}']
KINDS = ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/jsonp", ""]
VERSIONS = ['"' + "9" * 400 + '"', 'W/"1"', '"', '""', '"1"' * 50, "1", "a\xff", '"\xff"', "k" * 256, "k" * 4000]


@pytest.mark.parametrize("endpoint", WITH_BODY, ids=lambda endpoint: endpoint.name)
def test_odd_members(shaken: World, endpoint: Endpoint[..., Any]) -> None:
    body = example(endpoint, shaken)
    for place in leaves(body):
        for value in MEMBERS:
            text = json.dumps(replaced(body, place, "here"), ensure_ascii=False).replace('"here"', value)
            send(shaken, endpoint, content=text.encode(), headers=JSON)


@pytest.mark.parametrize("endpoint", WITH_BODY, ids=lambda endpoint: endpoint.name)
def test_what_is_no_body_of_ours(shaken: World, endpoint: Endpoint[..., Any]) -> None:
    for whole in WHOLE:
        assert send(shaken, endpoint, content=whole, headers=JSON) in {404, 422}, whole[:20]
    for kind in KINDS:
        assert send(shaken, endpoint, content=b"{}", headers={"Content-Type": kind}) in {404, 422}, kind


@pytest.mark.parametrize("endpoint", [one for one in ENDPOINTS if one.versioned or one.keyed], ids=lambda endpoint: endpoint.name)
def test_odd_versions_and_keys(shaken: World, endpoint: Endpoint[..., Any]) -> None:
    for value in VERSIONS:
        headers = {"If-Match": value.encode("latin-1"), "Idempotency-Key": value.encode("latin-1")}
        send(shaken, endpoint, json=example(endpoint, shaken), headers=headers)


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
