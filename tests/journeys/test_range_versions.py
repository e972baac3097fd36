"""Versions of ranges: a value is compared with the version of its specimen's day, and keeps it."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests import databases
from tests.hospital import Hospital
from tests.journeys.test_lab_collection import BERLIN
from tests.world import World, made

TODAY = datetime.now(BERLIN).date()
NARROW = [{"low": 10, "high": 20, "critical_low": 5, "critical_high": 40}]
ANALYTE = {"code": "Copper", "name": "Copper", "loinc": "5631-7", "kind": "quantity", "unit": "ug/dL", "source": "Method, 2029"}
TEST = {"code": "COPPER", "name": "Copper", "category": "trace", "specimen": "serum", "turnaround_hours": 4, "price_minor": 1}
PATH = "/api/labs/analytes/Copper"


@pytest.fixture(scope="module")
def chief(world: World) -> Any:
    http = world.people["admin"].http
    made(http.post("/api/labs/analytes", json={**ANALYTE, "ranges": NARROW}))
    made(http.post("/api/labs/tests", json={**TEST, "analytes": ["Copper"]}))
    return http


def received(world: World) -> int:
    lab = world.people["lab"].http
    order = {"patient_id": world.people["patient"].id, "test_codes": ["COPPER"]}
    booking_id = int(made(world.people["doctor"].http.post("/api/doctor/lab-orders", json=order))["id"])
    for status in ("collected", "received"):
        made(lab.put(f"/api/labs/bookings/{booking_id}/status", json={"status": status}), 200)
    return booking_id


def enter(world: World, booking_id: int, value: float, unit: str = "ug/dL") -> Any:
    values = [{"analyte": "Copper", "value": value, "unit": unit}]
    return world.people["lab"].http.post(
        f"/api/labs/bookings/{booking_id}/results", json={"test_code": "COPPER", "observations": values}
    )


def replaced(unit: str = "ug/dL", **more: Any) -> dict[str, Any]:
    wide = [{"low": 1, "high": 60, "critical_high": 90}]
    return {"unit": unit, "ranges": wide, "source": "New analyser", "valid_from": f"{TODAY}", **more}


def flag(answer: Any) -> str:
    value: str = made(answer)["observations"][0]["flag"]
    return value


def test_value_is_compared_by_the_day_of_its_specimen(world: World, hospital: Hospital, chief: Any) -> None:
    old, new = received(world), received(world)
    first = made(enter(world, old, 45))
    assert first["observations"][0]["flag"] == "critical_high"
    yesterday = f"{datetime.now(UTC) - timedelta(days=1):%Y-%m-%dT%H:%M:%SZ}"
    databases.execute(hospital.database, "UPDATE specimens SET collected_at = ? WHERE booking_id = ?", yesterday, old)
    saved = made(chief.put(f"{PATH}/ranges", json=replaced(), headers={"If-Match": '"1"'}), 200)
    assert (saved["version"], saved["ranges"][0]["high"], saved["source"]) == (2, 60, "New analyser")
    # entered again after the change, from a specimen before it
    assert flag(enter(world, old, 45)) == "critical_high"
    assert flag(enter(world, new, 45)) == "normal"
    assert chief.put(f"{PATH}/ranges", json=replaced(), headers={"If-Match": '"1"'}).status_code == 412

    later = replaced("umol/L", valid_from=f"{TODAY + timedelta(days=30)}", source="Another unit")
    assert made(chief.put(f"{PATH}/ranges", json=later), 200)["unit"] == "ug/dL"
    assert flag(enter(world, received(world), 45)) == "normal"
    assert enter(world, received(world), 45, "umol/L").json()["code"] == "wrong_unit"
    at = {"q": "COPPER", "at": f"{TODAY + timedelta(days=31)}T12:00:00Z"}
    [future] = made(world.people["lab"].http.get("/api/labs/tests", params=at), 200)["items"]
    assert future["analytes"][0]["unit"] == "umol/L"
    history = made(world.people["lab"].http.get(f"{PATH}/history"), 200)["items"]
    assert [(one["version"], one["source"], one["unit"]) for one in history] == [
        (3, "Another unit", "umol/L"),
        (2, "New analyser", "ug/dL"),
        (1, "Method, 2029", "ug/dL"),
    ]
    assert history[0]["edited_by"]["id"] == world.people["admin"].id
    assert (history[2]["valid_from"], history[0]["valid_from"]) == (None, later["valid_from"])


@pytest.mark.parametrize(
    "more",
    [
        {"ranges": [{"low": 20, "high": 10}]},
        {"ranges": [{"low": 10, "high": 20, "critical_low": 10}]},
        {"ranges": [{"low": 10, "high": 20, "critical_high": 19}]},
        {"ranges": [{"sex": "female"}]},
        {"ranges": [{"sex": "other", "low": 1}]},
        {"ranges": [{"low": 1, "age_to_days": 30}, {"low": 2, "age_from_days": 29}]},
        {"ranges": [{"low": 1, "age_from_days": 30, "age_to_days": 30}]},
        {"source": " "},
        {"valid_from": f"{TODAY - timedelta(days=1)}"},
    ],
)
def test_malformed_ranges_are_refused(chief: Any, more: dict[str, Any]) -> None:
    answer = chief.put(f"{PATH}/ranges", json=replaced(**more))
    assert (answer.status_code, answer.json()["code"]) == (422, "malformed"), answer.text


def test_laboratory_reads_ranges_but_cannot_change_them(world: World, chief: Any) -> None:
    lab = world.people["lab"].http
    assert [one["code"] for one in made(lab.get("/api/labs/analytes?q=coppe"), 200)["items"]] == ["Copper"]
    assert lab.put(f"{PATH}/ranges", json=replaced()).status_code == 403
    assert world.people["doctor"].http.get("/api/labs/analytes").status_code == 403
    assert chief.post("/api/labs/analytes", json=ANALYTE).json()["code"] == "code_taken"
    text = {**ANALYTE, "code": "colour", "kind": "text", "unit": None, "usual": ["yellow"], "choices": ["yellow", "red"]}
    made(chief.post("/api/labs/analytes", json=text))
    assert chief.put("/api/labs/analytes/colour/ranges", json=replaced()).status_code == 422
    assert chief.put("/api/labs/analytes/none/ranges", json=replaced()).status_code == 404


def test_ages_without_a_range_are_named(chief: Any) -> None:
    body = {
        **ANALYTE,
        "code": "gaps",
        "ranges": [{"sex": "female", "age_from_days": 365, "low": 1}, {"age_to_days": 300, "low": 2}],
    }
    made(chief.post("/api/labs/analytes", json=body))
    [version] = made(chief.get("/api/labs/analytes/gaps/history"), 200)["items"]
    assert [(gap["sex"], gap["age_from_days"], gap["age_to_days"]) for gap in version["gaps"]] == [
        ("female", 300, 365),
        ("male", 300, None),
    ]


def test_catalogue_is_sent_again_after_each_change(world: World, chief: Any) -> None:
    lab = world.people["lab"].http
    test = {**{name: value for name, value in TEST.items() if name != "code"}, "analytes": ["Copper"], "active": True}
    version = lab.get("/api/labs/tests", params={"q": "COPPER"}).json()["items"][0]["version"]
    changes: list[Callable[[], Any]] = [
        lambda: None,
        lambda: made(chief.post("/api/labs/analytes", json={**ANALYTE, "code": "Tin", "name": "Tin", "ranges": NARROW})),
        lambda: made(chief.post("/api/labs/tests", json={**TEST, "code": "COPPER2", "analytes": ["Copper"]})),
        lambda: made(chief.put("/api/labs/tests/COPPER", json={**test, "price_minor": 7 + version}), 200),
        lambda: made(chief.put(f"{PATH}/ranges", json=replaced(source="Once more", valid_from=f"{TODAY}")), 200),
    ]
    etag = ""
    for change in changes:
        change()
        answer = lab.get("/api/labs/tests", headers={"If-None-Match": etag})
        assert answer.status_code == 200
        etag = answer.headers["etag"]
        assert lab.get("/api/labs/tests", headers={"If-None-Match": etag}).status_code == 304
    # a doctor does not see inactive tests
    assert world.people["doctor"].http.get("/api/labs/tests", headers={"If-None-Match": etag}).status_code == 200
