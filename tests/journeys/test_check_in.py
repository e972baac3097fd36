"""Check-in with the code of a visit: an hour before at the earliest, once, without a sign-in."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from tests import databases
from tests.audit.audit_rows import of_request
from tests.hospital import Hospital, Person, free_times
from tests.journeys.entrance import Entrance, entered, soon
from tests.test_every_endpoint import check_problem
from tests.world import made


@pytest.fixture(scope="module")
def entrance(hospital: Hospital, admin: Person) -> Iterator[Entrance]:
    with entered(hospital, admin) as opened:
        yield opened


def test_check_in_is_the_arrival_at_the_desk(entrance: Entrance) -> None:
    visit = entrance.visit()
    shown = made(entrance.ask(visit.code), 200)
    reference = made(visit.patient.http.get("/auth/me"), 200)["reference"]
    assert (shown["state"], shown["doctor"]) == ("open", visit.now()["doctor"]["full_name"])
    assert len(shown["tail"]) >= 3
    assert reference.replace("-", "").endswith(shown["tail"])
    assert not {"patient", "reason", "id", "reference"} & shown.keys()
    assert "Enno" not in str(shown)
    arrived = made(entrance.come(visit.code, **{"X-Request-Id": "check-in-once"}), 200)
    assert arrived["state"] == "arrived"
    found = visit.now()
    assert (found["status"], found["version"]) == ("arrived", 2)
    assert found["arrived_at"] is not None
    [event] = of_request(entrance.hospital, "check-in-once")
    assert (event["action"], event["role"], event["account_id"]) == ("check_in", "patient", visit.patient.id)
    assert (event["object_id"], event["session_id"], event["outcome"]) == (str(visit.id), None, "ok")


def test_check_in_again_changes_nothing(entrance: Entrance) -> None:
    visit, code = (made_visit := entrance.visit()), made_visit.code
    with ThreadPoolExecutor(6) as threads:
        answers = list(threads.map(lambda _: entrance.come(code), range(6)))
    assert {(answer.status_code, answer.json()["state"]) for answer in answers} == {(200, "arrived")}
    before = visit.now()
    assert before["version"] == 2
    visit.set("in_progress")
    assert made(entrance.come(code), 200)["state"] == "started"
    assert visit.now()["arrived_at"] == before["arrived_at"]


def test_check_in_before_the_hour_names_its_time(entrance: Entrance) -> None:
    visit = entrance.visit(datetime.now(UTC).replace(microsecond=0) + timedelta(days=2))
    shown = made(entrance.ask(visit.code), 200)
    assert shown["state"] == "early"
    refused = entrance.come(visit.code)
    check_problem(refused, 409)
    assert refused.json()["code"] == "too_early"
    assert refused.json()["possible_from"] == shown["opens_at"]
    opens, starts = (datetime.fromisoformat(shown[name]) for name in ("opens_at", "starts_at"))
    assert timedelta() <= starts - opens <= timedelta(minutes=60)
    assert visit.now()["status"] == "booked"


def test_check_in_after_the_quarter_is_for_the_desk(entrance: Entrance) -> None:
    visit = entrance.visit(datetime.now(UTC).replace(microsecond=0) - timedelta(minutes=16))
    refused = entrance.come(visit.code)
    check_problem(refused, 409)
    assert (refused.json()["code"], refused.json()["state"]) == ("check_in_closed", "late")
    visit.place(datetime.now(UTC).replace(microsecond=0) - timedelta(minutes=5))
    assert made(entrance.come(visit.code), 200)["state"] == "arrived"


@pytest.mark.parametrize(("status", "state"), [("cancelled", "cancelled"), ("no_show", "missed")])
def test_check_in_of_a_closed_visit_says_why(entrance: Entrance, status: str, state: str) -> None:
    visit = entrance.visit(datetime.now(UTC).replace(microsecond=0) - timedelta(minutes=5))
    visit.set(status)
    refused = entrance.come(visit.code)
    check_problem(refused, 409)
    assert (refused.json()["state"], made(entrance.ask(visit.code), 200)["state"]) == (state, state)
    assert "desk" in refused.json()["detail"]
    assert visit.now()["status"] == status


def test_code_of_a_moved_visit_is_for_its_new_time(entrance: Entrance) -> None:
    visit = entrance.visit()
    code, later = visit.code, free_times(entrance.reception.http, visit.doctor.id)[30]
    made(entrance.reception.http.put(f"/api/admin/appointments/{visit.id}", json={"starts_at": later.isoformat()}), 200)
    shown = made(entrance.ask(code), 200)
    assert datetime.fromisoformat(shown["starts_at"]) == later
    assert visit.code == code
    visit.place(soon())
    assert made(entrance.come(code), 200)["state"] == "arrived"


def test_guessed_code_is_refused(entrance: Entrance) -> None:
    visit = entrance.visit()
    for code in ("A" * 22, visit.code[:-1] + ("A" if visit.code[-1] != "A" else "Q"), str(visit.id).rjust(8, "0")):
        for refused in (entrance.ask(code), entrance.come(code)):
            check_problem(refused, 403)
            assert refused.json()["code"] == "invalid_check_in_code"
    check_problem(entrance.come("short"), 422)
    assert visit.now()["status"] == "booked"


def test_pass_is_for_its_patient_alone(entrance: Entrance) -> None:
    visit, other = entrance.visit(), entrance.visit()
    check_problem(other.patient.http.get(f"/api/appointments/{visit.id}/check-in"), 404)
    shown = made(visit.patient.http.get(f"/api/appointments/{visit.id}/check-in"), 200)
    assert len({len(line) for line in shown["qr"]} | {len(shown["qr"])}) == 1
    codes = databases.query(entrance.hospital.database, "SELECT check_in_code FROM appointments")
    assert len(codes) == len({code for (code,) in codes if code})
