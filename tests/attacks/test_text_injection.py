"""Text that is a command to another program: stored as it was sent, and never executed."""

import json
import re
import socket
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from icalendar import Calendar

from careplus_contracts.endpoints import Endpoint
from careplus_contracts.registry import ENDPOINTS
from careplus_contracts.values import Line, Query
from tests.acts.catalogue import act_of
from tests.acts.context import ActContext, acting_in
from tests.acts.members import TAKES_TEXT, WITH_BODY, Place, formatted_texts, free_texts, with_value
from tests.attacks.hostile import HOSTILE, LINES, TEXTS, accepts, stored
from tests.attacks.hostile_requests import caller, hostile_bodies, send_text, strings_in
from tests.auth.forging_provider import settings_for
from tests.hospital import ADMIN, Hospital, free_port
from tests.world import build, made

STEP = 11
"""`make test` tries every eleventh text; `make attack` tries all."""
IN_ORDER = sorted(TAKES_TEXT, key=lambda endpoint: endpoint.name == "set_allergies")
"""A medicine with a word of a recorded allergy is refused, so allergies come last."""
SEARCHES = [
    (endpoint, name)
    for endpoint in ENDPOINTS
    for name, parameter in endpoint.parameters.items()
    if f"{{{name}}}" not in endpoint.path and Query in (parameter.annotation, *getattr(parameter.annotation, "__args__", ()))
]


@pytest.fixture(scope="module")
def context(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ActContext]:
    """Yield a context in a hospital of its own: its records hold hostile text afterwards."""
    provider = settings_for(f"http://127.0.0.1:{free_port()}")
    hospital = Hospital(tmp_path_factory.mktemp("injected"), extra=provider)
    with hospital.running_with_admin(), build(hospital, hospital.sign_in(ADMIN)) as world, acting_in(world) as opened:
        yield opened


def named(endpoint: Endpoint[..., Any]) -> str:
    return endpoint.name


def test_injection_sweep_is_large_enough() -> None:
    assert len(set(HOSTILE)) == len(TEXTS) >= 60
    assert len(LINES) >= 50
    assert len(TAKES_TEXT) >= 25
    assert {endpoint.name for endpoint in TAKES_TEXT if act_of(endpoint).read_back} == {one.name for one in TAKES_TEXT}
    assert len(SEARCHES) >= 6


@pytest.mark.parametrize("endpoint", IN_ORDER, ids=named)
def test_hostile_text_is_stored_unchanged(context: ActContext, endpoint: Endpoint[..., Any]) -> None:
    # all endpoints together try each text; the attack test tries each text in each place
    check_all_stored(context, endpoint, range(TAKES_TEXT.index(endpoint) % STEP, len(HOSTILE), STEP))


@pytest.mark.attack
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("endpoint", IN_ORDER, ids=named)
def test_every_hostile_text_is_stored_at_every_place(context: ActContext, endpoint: Endpoint[..., Any]) -> None:
    check_all_stored(context, endpoint, range(len(HOSTILE)))


def check_all_stored(context: ActContext, endpoint: Endpoint[..., Any], numbers: range) -> None:
    for number in numbers:
        for path, body, sent in hostile_bodies(context, endpoint, number):
            answer = send_text(context, endpoint, path, body, ascii_only=number % 2 == 0)
            check_stored(context, endpoint, answer, sent)


def check_stored(context: ActContext, endpoint: Endpoint[..., Any], answer: httpx.Response, sent: dict[Place, str]) -> None:
    assert answer.status_code == endpoint.status, answer.text
    act = act_of(endpoint)
    check_unchanged(answer.json(), {place: text for place, text in sent.items() if place[-1] not in act.only_read_back})
    for person, where in act.read_back.items():
        read = context.http(person).get(where.format(**{**context.world.ids, **answer.json()}))
        assert read.status_code == 200, read.text
        check_unchanged(read.json(), sent)


def check_unchanged(document: Any, sent: dict[Place, str]) -> None:
    found = set(strings_in(document))
    assert [place for place, text in sent.items() if text not in found] == []


@pytest.mark.parametrize("endpoint", WITH_BODY, ids=named)
def test_text_of_wrong_format_is_refused_by_name(context: ActContext, endpoint: Endpoint[..., Any]) -> None:
    places = {**formatted_texts(endpoint), **free_texts(endpoint)}
    _, _, path, example = context.request(act_of(endpoint))
    for number in range(WITH_BODY.index(endpoint) % STEP, len(HOSTILE), STEP):
        body: Any = example
        wrong = []
        for shift, (place, kind) in enumerate(places.items()):
            text = HOSTILE[(number + 7 * shift) % len(HOSTILE)]
            if not accepts(kind, text):
                body = with_value(body, place, text)
                wrong.append(".".join(map(str, ("body", *place))))
        if wrong:
            answer = send_text(context, endpoint, path, body, ascii_only=number % 2 == 0)
            assert answer.status_code == 422, (body, answer.text)
            named_fields = [error["field"] for error in answer.json()["errors"]]
            assert [one for one in wrong if not any(field.startswith(one) for field in named_fields)] == [], answer.text


@pytest.mark.parametrize(("endpoint", "name"), SEARCHES, ids=lambda value: getattr(value, "name", value))
def test_search_text_is_not_a_pattern(context: ActContext, endpoint: Endpoint[..., Any], name: str) -> None:
    http = context.http(caller(endpoint))
    path = endpoint.path.format(**context.world.ids)
    for text in HOSTILE[::2]:
        assert http.get(path, params={name: text}).status_code == (200 if accepts(Query, text) else 422), text
    if endpoint.name == "suggest_searches":
        # it looks up words in memory, and compares names with them again
        return
    exact = {"exact": True} if "exact" in endpoint.parameters else {}
    for wild in ("%", "_", "\\", "%%", "_%", "*", "?", "[a-z]", "a%b"):
        items = http.get(path, params={name: wild, "limit": 100, **exact}).json()["items"]
        assert [item for item in items if not any(wild in text for text in strings_in(item))] == [], wild


def test_hostile_name_is_found_by_itself(context: ActContext) -> None:
    patient, admin = context.world.people["patient"], context.http("admin")
    for text in LINES[::3]:
        if accepts(Query, text):
            context.hospital.rename(context.people["admin"], patient.id, text)
            found = admin.get("/api/admin/accounts", params={"q": text, "limit": 100}).json()["items"]
            assert patient.id in {account["id"] for account in found}, text


def test_calendar_with_hostile_names_has_one_event(context: ActContext) -> None:
    check_calendars(context, LINES[::STEP])


@pytest.mark.attack
def test_calendar_with_every_hostile_name_has_one_event(context: ActContext) -> None:
    check_calendars(context, LINES)


def check_calendars(context: ActContext, names: list[str]) -> None:
    """Check calendars in which each text is the name of the doctor, and of a place."""
    doctor, patient = context.http("doctor"), context.http("patient")
    secret = "a reason that stays private"
    week = doctor.get("/api/doctor/availability").json()
    specialty = doctor.get("/api/doctor/profile").json()["specialty"]
    for number, name in enumerate(names):
        place = names[number - 1]
        made(doctor.put("/api/doctor/profile", json={"full_name": name, "specialty": specialty}), 200)
        made(doctor.put("/api/doctor/availability", json={"slot_minutes": 30, "place": place, "rules": week["rules"]}), 200)
        # an appointment keeps the place at which it was booked
        answer = patient.get(f"/api/appointments/{context.visit(reason=secret)}/calendar.ics")
        assert answer.status_code == 200
        assert secret not in answer.text
        check_calendar(answer.content, stored(Line, name), stored(Line, place))


PROPERTIES = [
    *("BEGIN", "VERSION", "PRODID", "BEGIN", "SUMMARY", "DTSTART", "DTEND", "DTSTAMP", "UID", "SEQUENCE", "LOCATION", "STATUS"),
    *("URL", "END", "END"),
]


def check_calendar(content: bytes, name: str, place: str) -> None:
    """Check RFC 5545: lines end with CRLF and have at most 75 octets; a line that begins with a space continues the last one."""
    assert re.search(rb"(?<!\r)\n|\r(?!\n)", content) is None
    lines = content.split(b"\r\n")
    assert max(map(len, lines)) <= 75
    unfolded = content.replace(b"\r\n ", b"").decode().removesuffix("\r\n").split("\r\n")
    assert sorted(re.split("[:;]", line, maxsplit=1)[0] for line in unfolded) == sorted(PROPERTIES)
    # as the library reads it, and as the standard says
    (event,) = Calendar.from_ical(content).walk("VEVENT")
    assert [part.name for part in Calendar.from_ical(content).walk()] == ["VCALENDAR", "VEVENT"]
    values = dict(line.split(":", 1) for line in unfolded)
    for read in (dict(event), {member: re.sub(r"\\([\\;,])", r"\1", values[member]) for member in ("SUMMARY", "LOCATION")}):
        assert (str(read["SUMMARY"]), str(read["LOCATION"])) == (f"CarePlus Hospital: {name}", place)


FORGED_LINES = (
    b"/api/%0a%7B%22event%22%3A%22forged%22%7D",
    b"/api/x%0d%0aforged",
    b"/api/%1b%5B31mforged",
    b"/%22%2C%22forged%22%3A%22",
    b"/api/\xe2\x80\xa8forged",
    b"/api/%u000aforged?q=%0aforged",
)


# the events that a background task may write meanwhile
OWN_EVENTS = {"request_finished", "server_warned", "audit_head", "mail_written", "mail_sent", "mail_not_sent", "backup_made"}


def test_log_lines_cannot_be_forged(context: ActContext) -> None:
    hospital, patient = context.world.hospital, context.people["patient"]
    before = hospital.log.stat().st_size
    for path in FORGED_LINES:
        ask_raw(
            hospital, b"GET " + path + b" HTTP/1.1\r\nHost: x\r\nUser-Agent: \x1b[31mforged\r\nX-Request-Id: forged\x85forged\r\n"
        )
    for text in HOSTILE[::2]:
        context.hospital.rename(context.people["admin"], patient.id, text if accepts(Line, text) else "Pia Novak")
        context.http("patient").get("/api/doctors", params={"q": text})
        context.http("patient").put("/auth/me", json={"phone": text, text: text})
    logged = hospital.log.read_bytes()[before:].decode()
    lines = [line.partition(" | ")[2] for line in logged.split("\n") if line]
    assert len(lines) > 100
    for line in lines:
        assert isinstance(json.loads(line), dict)
        assert all(letter >= " " for letter in line), "control characters are escaped"
        assert json.loads(line)["event"] in OWN_EVENTS
    assert not [text for text in HOSTILE if len(text) > 6 and (text in logged or json.dumps(text)[1:-1] in logged)]


def ask_raw(hospital: Hospital, head: bytes) -> bytes:
    with socket.create_connection(("127.0.0.1", hospital.port), timeout=20) as connection:
        connection.sendall(head + b"Connection: close\r\n\r\n")
        answer = b""
        while chunk := connection.recv(65536):
            answer += chunk
    assert not answer.startswith(b"HTTP/1.1 5"), answer
    return answer
