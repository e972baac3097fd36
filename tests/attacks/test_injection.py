"""Text that is a command to somebody else: kept as it was written, and never carried out."""

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
from tests.attacks.hostile import TEXTS
from tests.attacks.writing import (
    HOSTILE,
    LEFT_OUT,
    LINES,
    READ,
    READY,
    WITH_BODY,
    WRITING,
    Place,
    Writer,
    accepts,
    filled,
    formed_texts,
    free_texts,
    person_for,
    ready,
    strings,
    taken,
    written,
)
from tests.hospital import ADMIN, Hospital
from tests.world import build, made

STEP = 11
"""Every so manyth text is tried at once."""
SEARCHES = [
    (endpoint, name)
    for endpoint in ENDPOINTS
    for name, parameter in endpoint.parameters.items()
    if f"{{{name}}}" not in endpoint.path and Query in (parameter.annotation, *getattr(parameter.annotation, "__args__", ()))
]


@pytest.fixture(scope="module")
def writer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Writer]:
    """A hospital of its own: nobody else should have to read this."""
    hospital = Hospital(tmp_path_factory.mktemp("injected"))
    with hospital.running_with_admin(), build(hospital, hospital.sign_in(ADMIN)) as world, hospital.client() as stranger:
        yield Writer(world, stranger)


def named(endpoint: Endpoint[..., Any]) -> str:
    return endpoint.name


def test_there_is_enough_to_try() -> None:
    assert len(set(HOSTILE)) == len(TEXTS) >= 60
    assert len(LINES) >= 50
    assert len(WRITING) >= 25
    assert READY.keys() <= READ.keys() == {endpoint.name for endpoint in WRITING}, "what was written is read"
    assert len(SEARCHES) >= 6


@pytest.mark.parametrize("endpoint", WRITING, ids=named)
def test_text_is_kept_as_it_was_written(writer: Writer, endpoint: Endpoint[..., Any]) -> None:
    # over all endpoints each text is written; each in each place is an attack of its own, below
    check_all_kept(writer, endpoint, range(WRITING.index(endpoint) % STEP, len(HOSTILE), STEP))


@pytest.mark.attack
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("endpoint", WRITING, ids=named)
def test_every_text_is_kept_in_every_place(writer: Writer, endpoint: Endpoint[..., Any]) -> None:
    check_all_kept(writer, endpoint, range(len(HOSTILE)))


def check_all_kept(writer: Writer, endpoint: Endpoint[..., Any], numbers: range) -> None:
    for left_out in LEFT_OUT.get(endpoint.name, (None,)):
        places = {place: kind for place, kind in free_texts(endpoint).items() if place[-1] != left_out}
        for number in numbers:
            writer.round += 1
            path, body = ready(writer, endpoint)
            sent = dict(taken(places, number))
            for place, text in sent.items():
                body = filled(body, place, text)
            check_written(writer, endpoint, written(writer, endpoint, path, body), sent)


def check_written(writer: Writer, endpoint: Endpoint[..., Any], answer: httpx.Response, sent: dict[Place, str]) -> None:
    assert answer.status_code == endpoint.status, answer.text
    check_kept(answer.json(), sent)
    for person, where in READ[endpoint.name].items():
        read = writer.http(person).get(where.format(**{**writer.world.ids, **answer.json()}))
        assert read.status_code == 200, read.text
        check_kept(read.json(), sent)


def check_kept(document: Any, sent: dict[Place, str]) -> None:
    found = set(strings(document))
    assert [place for place, text in sent.items() if text not in found] == []


@pytest.mark.parametrize("endpoint", WITH_BODY, ids=named)
def test_text_of_another_form_is_refused_by_name(writer: Writer, endpoint: Endpoint[..., Any]) -> None:
    writer.round += 1
    places = {**formed_texts(endpoint), **free_texts(endpoint)}
    path, example = ready(writer, endpoint)
    for number in range(WITH_BODY.index(endpoint) % STEP, len(HOSTILE), STEP):
        body, wrong = example, []
        for shift, (place, kind) in enumerate(places.items()):
            text = HOSTILE[(number + 7 * shift) % len(HOSTILE)]
            if not accepts(kind, text):
                body = filled(body, place, text)
                wrong.append(".".join(map(str, ("body", *place))))
        if wrong:
            answer = written(writer, endpoint, path, body)
            assert answer.status_code == 422, (body, answer.text)
            told = [error["field"] for error in answer.json()["errors"]]
            assert [one for one in wrong if not any(field.startswith(one) for field in told)] == [], answer.text


@pytest.mark.parametrize(("endpoint", "name"), SEARCHES, ids=lambda value: getattr(value, "name", value))
def test_a_search_is_no_command(writer: Writer, endpoint: Endpoint[..., Any], name: str) -> None:
    http = writer.http(person_for(endpoint))
    path = endpoint.path.format(**writer.world.ids)
    for text in HOSTILE[::2]:
        assert http.get(path, params={name: text}).status_code == (200 if accepts(Query, text) else 422), text
    for wild in ("%", "_", "\\", "%%", "_%", "*", "?", "[a-z]", "a%b"):
        items = http.get(path, params={name: wild, "limit": 100}).json()["items"]
        assert [item for item in items if not any(wild in text for text in strings(item))] == [], wild


def test_a_hostile_name_is_found_by_itself(writer: Writer) -> None:
    patient, admin = writer.world.people["patient"], writer.http("admin")
    for text in LINES[::3]:
        if accepts(Query, text):
            made(patient.http.put("/auth/me", json={"full_name": text}), 200)
            found = admin.get("/api/admin/accounts", params={"q": text, "limit": 100}).json()["items"]
            assert patient.id in {account["id"] for account in found}, text


def test_a_calendar_holds_one_event_whatever_doctors_are_called(writer: Writer) -> None:
    check_calendars(writer, LINES[::STEP])


@pytest.mark.attack
def test_a_calendar_holds_one_event_whatever_doctors_and_places_are_called(writer: Writer) -> None:
    check_calendars(writer, LINES)


def check_calendars(writer: Writer, names: list[str]) -> None:
    """Each is the name of the doctor, and of a place too."""
    doctor, patient = writer.http("doctor"), writer.http("patient")
    secret = "a reason that is nobody's business"
    week = doctor.get("/api/doctor/availability").json()
    specialty = doctor.get("/api/doctor/profile").json()["specialty"]
    for number, name in enumerate(names):
        place = names[number - 1]
        made(doctor.put("/api/doctor/profile", json={"full_name": name, "specialty": specialty}), 200)
        made(doctor.put("/api/doctor/availability", json={"slot_minutes": 30, "place": place, "rules": week["rules"]}), 200)
        # a visit is where the doctor was to be when it was booked
        answer = patient.get(f"/api/appointments/{writer.visit(reason=secret)}/calendar.ics")
        assert answer.status_code == 200
        assert secret not in answer.text
        check_calendar(answer.content, name, place)


PROPERTIES = [
    *("BEGIN", "VERSION", "PRODID", "BEGIN", "SUMMARY", "DTSTART", "DTEND", "DTSTAMP", "UID", "SEQUENCE", "LOCATION", "STATUS"),
    *("URL", "END", "END"),
]


def check_calendar(content: bytes, name: str, place: str) -> None:
    """RFC 5545: lines end with CRLF, have at most 75 octets, and a line that begins with a space continues the one before."""
    assert re.search(rb"(?<!\r)\n|\r(?!\n)", content) is None
    lines = content.split(b"\r\n")
    assert max(map(len, lines)) <= 75
    unfolded = content.replace(b"\r\n ", b"").decode().removesuffix("\r\n").split("\r\n")
    assert sorted(re.split("[:;]", line, maxsplit=1)[0] for line in unfolded) == sorted(PROPERTIES)
    # as whoever wrote it reads it, and as the standard says
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


def test_no_line_of_the_log_is_forged(writer: Writer) -> None:
    hospital = writer.world.hospital
    before = hospital.log.stat().st_size
    for path in FORGED_LINES:
        ask_raw(
            hospital, b"GET " + path + b" HTTP/1.1\r\nHost: x\r\nUser-Agent: \x1b[31mforged\r\nX-Request-Id: forged\x85forged\r\n"
        )
    for text in HOSTILE[::2]:
        made(writer.http("patient").put("/auth/me", json={"full_name": text if accepts(Line, text) else "Pia Novak"}), 200)
        writer.http("patient").get("/api/doctors", params={"q": text})
        writer.http("patient").put("/auth/me", json={"full_name": text, text: text})
    logged = hospital.log.read_bytes()[before:].decode()
    lines = [line.partition(" | ")[2] for line in logged.split("\n") if line]
    assert len(lines) > 100
    for line in lines:
        assert isinstance(json.loads(line), dict)
        assert all(letter >= " " for letter in line), "control characters are escaped"
        assert json.loads(line)["event"] in {"request", "server"}
    assert not [text for text in HOSTILE if len(text) > 6 and (text in logged or json.dumps(text)[1:-1] in logged)]


def ask_raw(hospital: Hospital, head: bytes) -> bytes:
    with socket.create_connection(("127.0.0.1", hospital.port), timeout=20) as connection:
        connection.sendall(head + b"Connection: close\r\n\r\n")
        answer = b""
        while chunk := connection.recv(65536):
            answer += chunk
    assert not answer.startswith(b"HTTP/1.1 5"), answer
    return answer
