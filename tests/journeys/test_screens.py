"""Screens of waiting rooms: ends of references and rooms without names, for the token of one screen alone."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests import databases
from tests.hospital import Hospital, Person
from tests.journeys.entrance import Entrance, Expected, entered, soon
from tests.test_every_endpoint import check_problem
from tests.world import made

SCREENS = "/api/reception/screens"
Record = dict[str, Any]


class Watching:
    """A screen with its client."""

    def __init__(self, desk: Person, hospital: Hospital, **more: object) -> None:
        self.created = made(desk.http.post(SCREENS, json={"name": "Ground floor", "language": "both", **more}))
        self.http = hospital.client(self.created["token"])

    def show(self) -> Record:
        return made(self.http.get("/api/screen"), 200)

    def entry(self, visit: Expected) -> Record | None:
        """Return the only entry of the doctor of a visit."""
        doctor = visit.now()["doctor"]["full_name"]
        return next((one for one in self.show()["items"] if one["doctor"] == doctor), None)


@pytest.fixture(scope="module")
def entrance(hospital: Hospital, admin: Person) -> Iterator[Entrance]:
    with entered(hospital, admin) as opened:
        yield opened


@pytest.fixture
def screen(entrance: Entrance) -> Iterator[Watching]:
    watching = Watching(entrance.reception, entrance.hospital)
    with watching.http:
        yield watching


def test_screen_shows_waiting_and_called_without_name(entrance: Entrance, screen: Watching) -> None:
    visit = entrance.visit()
    profile = made(visit.doctor.http.get("/api/doctor/profile"), 200)
    body = {name: profile[name] for name in ("full_name", "specialty", "bio", "languages")} | {"room": "Room 7"}
    made(visit.doctor.http.put("/api/doctor/profile", json=body), 200)
    assert screen.entry(visit) is None
    made(entrance.come(visit.code), 200)
    waits = screen.entry(visit)
    assert waits is not None
    tail = made(entrance.ask(visit.code), 200)["tail"]
    assert (waits["state"], waits["room"], waits["tail"]) == ("waiting", "Room 7", tail)
    assert waits.keys() == {"tail", "doctor", "room", "state"}
    visit.set("in_progress")
    called = screen.show()["items"][0]
    assert (called["state"], called["tail"]) == ("called", tail)
    assert "Enno" not in str(screen.show())
    past = "UPDATE appointments SET started_at = '2020-01-01T00:00:00Z' WHERE id = ?"
    databases.execute(entrance.hospital.database, past, visit.id)
    assert screen.entry(visit) is None


def test_screen_of_doctors_shows_no_others(entrance: Entrance) -> None:
    visit, other = entrance.visit(soon(20)), entrance.visit(soon(20))
    for one in (visit, other):
        made(entrance.come(one.code), 200)
    screen = Watching(entrance.reception, entrance.hospital, doctor_ids=[visit.doctor.id])
    with screen.http:
        assert [one["id"] for one in screen.created["doctors"]] == [visit.doctor.id]
        assert screen.entry(visit) is not None
        assert screen.entry(other) is None


def test_unchanged_screen_is_304(screen: Watching) -> None:
    answer = screen.http.get("/api/screen")
    again = screen.http.get("/api/screen", headers={"If-None-Match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_revoked_screen_is_refused_at_its_next_poll(entrance: Entrance, screen: Watching) -> None:
    etag = screen.http.get("/api/screen").headers["etag"]
    path = f"{SCREENS}/{screen.created['id']}/revoke"
    revoked = made(entrance.admin.http.put(path), 200)
    assert revoked["revoked_at"] is not None
    for headers in ({}, {"If-None-Match": etag}):
        check_problem(screen.http.get("/api/screen", headers=headers), 401)
    assert made(entrance.reception.http.put(path), 200) == revoked


def test_token_of_a_screen_reads_nothing_more(entrance: Entrance, screen: Watching) -> None:
    for path in ("/auth/me", "/api/appointments", SCREENS, "/api/reception/board"):
        check_problem(screen.http.get(path), 401)
    assert screen.http.get("/api/doctors").status_code in {200, 401}
    token: str = screen.created["token"]
    assert screen.created["url"].endswith(f"/screen#token={token}")
    stored = str(databases.query(entrance.hospital.database, "SELECT * FROM screens"))
    assert token not in stored
    listed = made(entrance.reception.http.get(SCREENS), 200)["items"]
    assert token not in str(listed)
    with entrance.hospital.client(token[:-1] + ("A" if token[-1] != "A" else "Q")) as http:
        check_problem(http.get("/api/screen"), 401)


def test_screen_is_created_at_the_desk_alone(entrance: Entrance) -> None:
    body = {"name": "Upstairs", "language": "en"}
    check_problem(entrance.visit().doctor.http.post(SCREENS, json=body), 403)
    unknown: httpx.Response = entrance.reception.http.post(SCREENS, json={**body, "doctor_ids": [entrance.reception.id]})
    check_problem(unknown, 404)
