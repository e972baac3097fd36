"""Malformed and unusual parameters: refused as documented, without a 5xx."""

import base64
import json
from datetime import date, datetime
from typing import Any, get_args

import pytest
from pydantic import AwareDatetime

from careplus_contracts.endpoints import Endpoint
from careplus_contracts.registry import ENDPOINTS
from careplus_contracts.values import MAX_ID, DateOfBirth
from tests.acts.catalogue import act_of
from tests.hospital import DETAILS
from tests.openapi.documented import example, send
from tests.world import World, made

LISTS = [endpoint for endpoint in ENDPOINTS if "cursor" in endpoint.parameters]

NUMBERS = (
    *("0", "-1", "9" * 30, "9" * 3900, str(MAX_ID + 1), "1e3", "0x10", "1.5", "true", "null", "NaN"),
    *("%D9%A3", "%EF%BC%91", "%00", "%FF"),
)
DAYS = (
    *("0001-01-01", "9999-12-31", "1899-12-31", "2100-01-01", "2030-02-30", "20300107", "2030-W01-1", "1893456000", "5"),
    *("2030-01-07T00:00:00", "2030-01-07T00:00:00Z", "2030-01-07%0A", "%D9%A2030-01-07", "-2030-01-07", "%00", "today"),
)
NO_TIMES = (
    # the ends of the calendar, distant centuries, no zone, seconds since 1970, impossible times
    *("0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "9999-12-31T23:59:59-23:59", "0000-00-00T00:00:00Z"),
    *("1999-12-31T23:59:59Z", "2000-01-01T00:00:00%2B00:01", "2100-01-01T00:00:00Z", "2099-12-31T23:59:59-00:01"),
    *("2030-01-07T09:00:00", "2030-01-07%2009:00", "2030-01-07", "-2030-01-07T09:00:00Z", "now", "", "NaN"),
    *("1893456000", "1893456000.5", "-1", "0", "1e9", "9" * 400),
    *("2030-01-07T09:00:60Z", "2030-01-07T24:00:01Z", "2030-01-07T09:60:00Z", "2030-02-30T09:00:00Z", "2030-13-01T09:00:00Z"),
    *("2030-01-07T09:00:00%2B24:00", "2030-01-07T09:00:00-24:00", "2030-01-07T09:00:00%2B99:99", "2030-01-07T09:00:00%2B1:00"),
    # digits of other scripts, other spellings of ISO 8601, text before and after
    *("%D9%A2030-01-07T09:00:00Z", "2030-01-07T%EF%BC%909:00:00Z", "20300107T090000Z", "2030-W02-1T09:00:00Z"),
    *("2030-007T09:00:00Z", "2030-01-07T09:00:00.0000000001Z", "%202030-01-07T09:00:00Z"),
    *("2030-01-07T09:00:00Z%0A", "2030-01-07T09:00:00Z%00"),
)
TEXTS = (
    *("", "%00", "a%00", "%FF", "%ED%A0%80", "%C0%AF", "%25", "_", "%27", "%5C", "%22", "%E2%80%AE", "%F0%9F%98%80", "a" * 3000),
)
"""Unusual texts; searches accept some of them."""

FORGED: tuple[Any, ...] = (
    *(
        0,
        7,
        MAX_ID,
        MAX_ID + 1,
        1.5,
        True,
        None,
        "",
        "\x00",
        "\ud800",
        [],
        {},
        ["a", 1],
        ["2030-01-07T09:00:00Z", 1],
        [0, 7],
        [0, ["a", 1]],
    ),
    *(b"[1", b"\xff", b"1e400", b"NaN", b"Infinity", b"1" * 1400, b"[" * 700 + b"]" * 700, b"[" * 1400),
)
"""Cursors that no list issued, the ids of earlier versions among them; `tests/test_every_list.py` forges keys in issued ones."""


def parameters(*kinds: type) -> list[Any]:
    """Endpoints with the names of their parameters of these types."""
    return [
        pytest.param(endpoint, name, id=f"{endpoint.name}-{name}")
        for endpoint in ENDPOINTS
        for name, parameter in endpoint.parameters.items()
        if name != "cursor" and ((kind := kind_of(parameter.annotation)) in kinds or (str in kinds and issubclass(kind, str)))
    ]


def kind_of(annotation: Any) -> Any:
    """`int` of `Annotated[int, ...] | None`."""
    kinds = [kind for kind in get_args(annotation) if kind is not type(None)]
    return kind_of(kinds[0]) if kinds else datetime if annotation is AwareDatetime else annotation


def query_with(world: World, endpoint: Endpoint[..., Any], name: str, value: str) -> str:
    """Return a query with valid values for the other required members."""
    needed = dict(member.split("=") for member in act_of(endpoint).query_of(world.ids).removeprefix("?").split("&") if member)
    others = {other: right for other, right in needed.items() if other != name}
    return "&".join(f"{member.rstrip('_')}={written}" for member, written in {**others, name: value}.items())


@pytest.mark.parametrize(("endpoint", "name"), parameters(int))
def test_invalid_numbers_are_refused(sandbox: World, endpoint: Endpoint[..., Any], name: str) -> None:
    for value in NUMBERS:
        if f"{{{name}}}" in endpoint.path:
            assert send(sandbox, endpoint, ids={name: value}, json=example(endpoint, sandbox)) in {404, 422}, value
        else:
            assert send(sandbox, endpoint, query_with(sandbox, endpoint, name, value)) == 422, value


@pytest.mark.parametrize(("endpoint", "name"), parameters(date))
def test_invalid_days_are_refused(sandbox: World, endpoint: Endpoint[..., Any], name: str) -> None:
    is_birth = endpoint.parameters[name].annotation is DateOfBirth
    for value in DAYS if is_birth else (*DAYS, "1999-12-31"):
        assert send(sandbox, endpoint, query_with(sandbox, endpoint, name, value)) == 422, value
    for value in ("1900-01-01", "1984-02-29") if is_birth else ("2000-01-01", "2099-12-31"):
        send(sandbox, endpoint, query_with(sandbox, endpoint, name, value))


@pytest.mark.parametrize(("endpoint", "name"), parameters(datetime))
def test_invalid_times_are_refused(sandbox: World, endpoint: Endpoint[..., Any], name: str) -> None:
    # odd bodies may have changed the doctor of a series
    accepted = {200, 404, 409} if endpoint.name.endswith("series_times") else {200}
    for value in NO_TIMES:
        assert send(sandbox, endpoint, query_with(sandbox, endpoint, name, value)) == 422, value
    for value in ("2000-01-01T00:00:00Z", "2099-12-31T23:59:59.999999999Z", "2030-01-07t09:00z", "2100-01-01T00:00:00%2B23:59"):
        assert send(sandbox, endpoint, query_with(sandbox, endpoint, name, value)) in accepted, value


def test_odd_values_cover_enough_parameters() -> None:
    assert len(set(NO_TIMES)) >= 35
    tried = {(one.values[0].name, one.values[1]) for kind in (int, date, datetime, str, bool) for one in parameters(kind)}
    assert tried == {(one.name, name) for one in ENDPOINTS for name in one.parameters if name != "cursor"}, (
        "a parameter of another type"
    )


@pytest.mark.parametrize(("endpoint", "name"), parameters(str, bool))
def test_odd_texts_get_documented_answers(sandbox: World, endpoint: Endpoint[..., Any], name: str) -> None:
    if f"{{{name}}}" in endpoint.path:
        for value in (text for text in TEXTS if text):
            assert send(sandbox, endpoint, ids={name: value}, json=example(endpoint, sandbox)) in {404, 422}, value
    else:
        for value in TEXTS:
            send(sandbox, endpoint, query_with(sandbox, endpoint, name, value))


@pytest.fixture(scope="module")
def in_care(sandbox: World) -> dict[str, Any]:
    """Return the id of a patient whose chart the doctor opened: earlier requests may have ended the care of others."""
    patient = sandbox.hospital.register("cursor@example.org", "Cora Cursor")
    patient.http.close()
    who = {"full_name": "Cora Cursor", "date_of_birth": DETAILS["date_of_birth"]}
    body = {**who, "reason": "Unconscious in the emergency room"}
    made(sandbox.people["doctor"].http.post(f"/api/doctor/patients/{patient.id}/access", json=body))
    return {"patient_id": patient.id}


@pytest.mark.parametrize("endpoint", LISTS, ids=lambda endpoint: endpoint.name)
def test_invented_cursors_are_refused(sandbox: World, in_care: dict[str, Any], endpoint: Endpoint[..., Any]) -> None:
    for forged in FORGED:
        assert send(sandbox, endpoint, f"cursor={cursor_of(forged)}", in_care) == 422, forged
    for text in ("A", "AAAAA", "=", "_-", "_" * 1999, "%00", "0" * 2001):
        assert send(sandbox, endpoint, f"cursor={text}", in_care) == 422, text


def cursor_of(key: Any) -> str:
    text = key if isinstance(key, bytes) else json.dumps(key).encode()
    return base64.urlsafe_b64encode(text).rstrip(b"=").decode()
