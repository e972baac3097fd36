"""Calendar feeds: the events that a calendar program reads, revocation, and names that leave the house."""

import json
import subprocess
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from icalendar import Calendar

from careplus_contracts.calendar_feeds import MOST_FEEDS
from tests import databases
from tests.audit.audit_rows import of_request
from tests.hospital import Hospital, Person, free_times
from tests.openapi.test_document import node
from tests.world import made

FEEDS = "/api/me/calendar-feeds"
WEB = Path(__file__).parents[2] / "web"
ICAL_JS = """
import ICAL from "ical.js";
import { readFileSync } from "node:fs";
const calendar = new ICAL.Component(ICAL.parse(readFileSync(0, "utf8")));
const instant = (time) => time.toJSDate().toISOString().replace(".000Z", "Z");
const events = calendar.getAllSubcomponents("vevent").map((one) => new ICAL.Event(one));
const read = events.map((one) => ({ uid: one.uid, starts: instant(one.startDate), ends: instant(one.endDate) }));
console.log(JSON.stringify(read.sort((one, other) => one.starts.localeCompare(other.starts))));
"""


@pytest.fixture
def doctor(hospital: Hospital, admin: Person, request: pytest.FixtureRequest) -> Iterator[Person]:
    person = hospital.add_doctor(admin, f"feed-doctor-{id(request)}@example.org", "Dr Fay Feed", "Urology")
    yield person
    person.http.close()


@pytest.fixture
def patient(hospital: Hospital, request: pytest.FixtureRequest) -> Iterator[Person]:
    person = hospital.register(f"feed-patient-{id(request)}@example.org", "Fritz Feed")
    yield person
    person.http.close()


@pytest.fixture
def reader(hospital: Hospital) -> Iterator[httpx.Client]:
    """Return a calendar program, which is not signed in."""
    with hospital.client() as http:
        yield http


def add_feed(person: Person, **details: Any) -> str:
    """Return the path of a new feed."""
    address = made(person.http.post(FEEDS, json={"name": "Phone", **details}))["address"]
    return httpx.URL(address).path


def book(patient: Person, doctor: Person, number: int = 5) -> dict[str, Any]:
    at = free_times(patient.http, doctor.id)[number].isoformat()
    return made(patient.http.post("/api/appointments", json={"doctor_id": doctor.id, "starts_at": at, "reason": "Secret rash"}))


def events(answer: httpx.Response) -> list[Any]:
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/calendar; charset=utf-8")
    return [*Calendar.from_ical(answer.text).walk("VEVENT")]


def test_patient_feed_follows_the_visit(patient: Person, doctor: Person, reader: httpx.Client) -> None:
    path = add_feed(patient)
    assert events(reader.get(path)) == []
    visit = book(patient, doctor)
    answer = reader.get(path)
    [event] = events(answer)
    assert event["dtstart"].dt.isoformat() == visit["starts_at"].replace("Z", "+00:00")
    assert str(event["uid"]) == f"{visit['reference']}@careplus"
    assert "Dr Fay Feed" in event["summary"]
    assert "Secret" not in answer.text
    assert reader.get(path, headers={"If-None-Match": answer.headers["etag"]}).status_code == 304
    at = free_times(patient.http, doctor.id)[9].isoformat()
    moved = made(patient.http.put(f"/api/appointments/{visit['id']}", json={"starts_at": at}), 200)
    changed = reader.get(path, headers={"If-None-Match": answer.headers["etag"]})
    [again] = events(changed)
    assert (again["uid"], again["sequence"]) == (event["uid"], moved["version"])
    assert again["dtstart"].dt.isoformat() == moved["starts_at"].replace("Z", "+00:00")
    made(patient.http.put(f"/api/appointments/{visit['id']}/cancel", json={}), 200)
    assert events(reader.get(path)) == []


def test_calendar_program_reads_the_instants_of_visits(
    patient: Person, doctor: Person, reader: httpx.Client, hospital: Hospital
) -> None:
    """Read a feed with ical.js, the library of Thunderbird's calendar, in another time zone than the clinic's."""
    visits = [book(patient, doctor, number) for number in (5, 60)]
    # after the end of summer time, or its start
    late = free_times(patient.http, doctor.id, days=7)[100]
    databases.execute(
        hospital.database,
        "UPDATE appointments SET starts_at = ?, ends_at = ? WHERE id = ?",
        f"{late + timedelta(days=182):%FT%TZ}",
        f"{late + timedelta(days=182, minutes=30):%FT%TZ}",
        visits[1]["id"],
    )
    feed = reader.get(add_feed(patient)).text
    program = node()
    assert program is not None
    read = subprocess.run(
        [program, "--input-type=module", "--eval", ICAL_JS],
        input=feed,
        capture_output=True,
        text=True,
        check=True,
        cwd=WEB,
        env={"TZ": "America/New_York"},
    )
    kept = made(patient.http.get("/api/appointments?when=upcoming"), 200)["items"]
    assert json.loads(read.stdout) == [
        {"uid": f"{one['reference']}@careplus", "starts": one["starts_at"], "ends": one["ends_at"]}
        for one in sorted(kept, key=lambda one: str(one["starts_at"]))
    ]


def test_doctor_feed_names_patients_only_by_choice(
    patient: Person, doctor: Person, reader: httpx.Client, hospital: Hospital
) -> None:
    visit = book(patient, doctor)
    read = {detail: reader.get(add_feed(doctor, detail=detail)) for detail in ("busy", "names")}
    [busy], [named] = events(read["busy"]), events(read["names"])
    assert (busy["uid"], busy["dtstart"].dt, str(busy["summary"])) == (named["uid"], named["dtstart"].dt, "Visit")
    assert str(named["summary"]) == "Fritz Feed"
    assert "Fritz" not in read["busy"].text
    assert str(visit["id"]) in named["url"]
    # the patient's log tells that the name was read
    patients = {}
    for detail, answer in read.items():
        [event] = of_request(hospital, answer.headers["x-request-id"])
        assert (event["action"], event["account_id"], event["role"]) == ("read_feed", doctor.id, "doctor")
        patients[detail] = event["patients"]
    assert patients == {"busy": [], "names": [patient.id]}


def test_revoked_feed_is_gone(patient: Person, reader: httpx.Client) -> None:
    path = add_feed(patient)
    [feed] = made(patient.http.get(FEEDS), 200)["items"]
    assert "address" not in feed
    assert patient.http.delete(f"{FEEDS}/{feed['id']}").status_code == 204
    assert made(patient.http.get(FEEDS), 200)["items"] == []
    gone = reader.get(path)
    assert (gone.status_code, gone.json()["code"]) == (410, "feed_revoked")


def test_feed_of_closed_account_is_gone(patient: Person, doctor: Person, admin: Person, reader: httpx.Client) -> None:
    path = add_feed(doctor)
    assert reader.get(path).status_code == 200
    made(admin.http.put(f"/api/admin/accounts/{doctor.id}", json={"role": "doctor", "active": False}), 200)
    assert reader.get(path).status_code == 410


def test_unknown_address_finds_no_feed(reader: httpx.Client, hospital: Hospital) -> None:
    refused = reader.get(f"/api/calendar-feeds/{'x' * 43}")
    assert (refused.status_code, refused.json()["code"]) == (404, "not_found")
    # guesses do not fill the audit trail
    assert of_request(hospital, refused.headers["x-request-id"]) == []
    assert reader.get("/api/calendar-feeds/short").status_code == 422


def test_number_of_feeds_is_bounded(patient: Person) -> None:
    for _ in range(MOST_FEEDS):
        add_feed(patient)
    refused = patient.http.post(FEEDS, json={"name": "One more"})
    assert (refused.status_code, refused.json()["code"], refused.json()["most"]) == (409, "too_many_feeds", MOST_FEEDS)


def test_token_is_stored_as_digest_and_in_no_log(patient: Person, reader: httpx.Client, hospital: Hospital) -> None:
    path = add_feed(patient)
    token = path.rpartition("/")[2]
    assert reader.get(path).status_code == 200
    rows = databases.query(hospital.database, "SELECT * FROM calendar_feeds")
    assert rows
    assert token not in repr(rows)
    events_of_all = databases.query(hospital.database, "SELECT object_id FROM audit_events WHERE action = 'read_feed'")
    assert token not in repr(events_of_all)
    assert token not in hospital.log.read_text()
