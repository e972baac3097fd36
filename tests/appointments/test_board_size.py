"""The board of 50 doctors with 40 visits each is read in a fixed number of statements, one of which reads all visits."""

import os
from collections import Counter
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from time import process_time
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest
import sqlalchemy as sa

from careplus_appointments.store import board
from careplus_clinic.clinic_time import local_date
from careplus_demo.filling import fill
from careplus_demo.plan import Plan
from careplus_tables.compiled import CompiledStatement
from careplus_tables.migrate import upgrade
from careplus_tables.registry import METADATA
from tests.list_database import serving, unconstrained
from tests.postgresql import new_database

DOCTORS, VISITS, ZONE = 50, 40, ZoneInfo("Europe/Berlin")
START = (datetime.now(UTC) + timedelta(days=400)).replace(hour=8, minute=0, second=0, microsecond=0)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
async def http(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[httpx.AsyncClient]:
    """Yield a client of reception at a service with one full day."""
    url = f"sqlite:///{tmp_path_factory.mktemp('board')}/careplus.db"
    if request.param == "postgresql":
        url = new_database(request.getfixturevalue("server"), "board")
    upgrade(url)
    fill(url, Plan(datetime.now(UTC).replace(microsecond=0), ZONE, doctors=DOCTORS, patients=200, appointments=500), "no hash")
    _fill_day(url)
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith("CAREPLUS_") or name == "DATABASE_URL"]:
            patch.delenv(name)
        patch.chdir(tmp_path_factory.mktemp("empty"))
        patch.setenv("SECRET_KEY", "k" * 40)
        async with serving(url) as opened:
            opened["appointments"].headers["Authorization"] = "Bearer 1-reception"
            yield opened["appointments"]


def _fill_day(url: str) -> None:
    engine, visits, minute = unconstrained(url), METADATA.tables["appointments"], timedelta(minutes=1)
    with engine.connect() as connection:
        doctors = connection.execute(sa.text("SELECT id FROM doctors ORDER BY id")).scalars().all()
        patients = connection.execute(sa.text("SELECT id FROM accounts WHERE role = 'patient' ORDER BY id")).scalars().all()
        assert len(doctors) == DOCTORS
        more: dict[str, Any] = {"status": "booked", "reason": None, "place": None, "created_at": START, "version": 1}
        rows = [
            {
                "id": 100_000 + number,
                "reference": f"CP-B{number}",
                "doctor_id": doctors[number // VISITS],
                "patient_id": patients[number % len(patients)],
                "starts_at": START + number % VISITS * 12 * minute,
                "ends_at": START + (number % VISITS + 1) * 12 * minute,
                **more,
            }
            for number in range(DOCTORS * VISITS)
        ]
        connection.execute(sa.insert(visits), rows)
    engine.dispose()


@pytest.fixture
def statements(monkeypatch: pytest.MonkeyPatch) -> Counter[int]:
    """Return the number of reads by statement."""
    read: Counter[int] = Counter()
    run = CompiledStatement.all

    async def counted(self: CompiledStatement, *arguments: Any, **parameters: Any) -> Any:
        read[id(self)] += isinstance(self.statement, sa.SelectBase)
        return await run(self, *arguments, **parameters)

    monkeypatch.setattr(CompiledStatement, "all", counted)
    return read


async def test_full_board_is_read_in_eight_statements(
    http: httpx.AsyncClient, statements: Counter[int], record_property: Any
) -> None:
    day = local_date(START, ZONE).isoformat()
    whole = await http.get("/api/reception/board", params={"day": day, "limit": 100})
    assert whole.status_code == 200, whole.text
    items = whole.json()["items"]
    assert [len(one["visits"]) for one in items] == [VISITS] * DOCTORS
    assert whole.json()["next_cursor"] is None
    assert statements[id(board._BOARD)] == 1
    assert +statements == Counter(dict.fromkeys([key for key in statements if statements[key]], 1))
    assert statements.total() == 8
    began = process_time()
    await http.get("/api/reception/board", params={"day": day, "limit": 100})
    between = process_time()
    changes = await http.get("/api/reception/board/changes", params={"day": day})
    record_property("board of 2,000 visits", f"{(between - began) * 1000:.0f} ms")
    record_property("its changes", f"{(process_time() - between) * 1000:.0f} ms, {len(changes.content)} bytes")
    assert {one["doctor_id"]: one["change"] for one in changes.json()["doctors"]} == {
        one["doctor"]["id"]: one["change"] for one in items
    }


async def test_pages_of_the_board_cut_no_doctor(http: httpx.AsyncClient) -> None:
    query: dict[str, Any] = {"day": local_date(START, ZONE).isoformat(), "limit": 20}
    seen, cursor = [], None
    while True:
        page = (await http.get("/api/reception/board", params={**query, **({"cursor": cursor} if cursor else {})})).json()
        seen += [(one["doctor"]["id"], len(one["visits"])) for one in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert len({doctor for doctor, _ in seen}) == len(seen) == DOCTORS
    assert {visits for _, visits in seen} == {VISITS}
