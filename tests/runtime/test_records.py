"""Single records, pages of lists and people by id, on a database of a few rows."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import col

from careplus_contracts.accounts import Sex
from careplus_contracts.refusals import Malformed, NotFound
from careplus_contracts.values import Id, Instant, PageFilter
from careplus_runtime.http.records import Keyset, fetch_page, newest_first, one_or_404
from careplus_tables.accounts import AccountRow
from careplus_tables.availability import TimeOffRow
from careplus_tables.columns import core
from careplus_tables.doctors import DoctorRow
from careplus_tables.engine import Database, sync_engine
from careplus_tables.migrate import upgrade
from careplus_tables.people import people_by_id

NOON = datetime(2030, 1, 7, 12, tzinfo=UTC)
# five spans, two of which start at the same time
STARTS = [NOON + timedelta(hours=hours) for hours in (3, 1, 2, 1, 5)]
BY_TIME = Keyset((col(TimeOffRow.starts_at), col(TimeOffRow.id)), tuple[Instant, Id], lambda row: (row.starts_at, row.id))


@pytest.fixture(scope="module")
async def database(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Database]:
    folder: Path = tmp_path_factory.mktemp("records")
    url = f"sqlite:///{folder / 'careplus.db'}"
    upgrade(url)
    account = {"password_hash": None, "date_of_birth": None, "phone": None, "active": True, "created_at": NOON, "version": 1}
    accounts = [
        {**account, "id": id_, "email": f"p{id_}@example.org", "full_name": f"Account {id_}", "role": role, "sex": "female"}
        for id_, role in ((1, "doctor"), (2, "patient"))
    ]
    profile: dict[str, Any] = {
        "specialty": "",
        "bio": "",
        "languages": [],
        "phone": None,
        "room": None,
        "booking": "online",
        "active": True,
    }
    engine = sync_engine(url)
    with engine.begin() as connection:
        connection.execute(sa.insert(core(AccountRow)), accounts)
        connection.execute(sa.insert(core(DoctorRow)), [{**profile, "id": 1, "full_name": "Dr Profile", "version": 1}])
        spans = [{"doctor_id": 1, "starts_at": start, "ends_at": start + timedelta(hours=1), "reason": None} for start in STARTS]
        connection.execute(sa.insert(core(TimeOffRow)), spans)
    engine.dispose()
    opened = Database(url)
    yield opened
    await opened.close()


async def walk(database: Database, order: Keyset, limit: int) -> list[int]:
    """Follow the cursors to the last page and return all ids."""
    ids: list[int] = []
    cursor: str | None = None
    while True:
        async with database.reading() as db:
            rows, cursor = await fetch_page(db, sa.select(TimeOffRow), order, PageFilter(limit=limit, cursor=cursor))
        assert len(rows) <= limit
        ids += [row.id for row in rows]
        if cursor is None:
            return ids


@given(limit=st.integers(1, 7))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=7)
async def test_pages_of_any_size_hold_every_row_once_in_order(database: Database, limit: int) -> None:
    assert await walk(database, newest_first(col(TimeOffRow.id)), limit) == [5, 4, 3, 2, 1]
    assert await walk(database, BY_TIME, limit) == [2, 4, 3, 1, 5]


async def test_fetch_page_returns_named_rows_of_several_columns(database: Database) -> None:
    async with database.reading() as db:
        query = sa.select(col(TimeOffRow.id), col(TimeOffRow.starts_at))
        rows, cursor = await fetch_page(db, query, BY_TIME, PageFilter(limit=1))
    assert [(row.id, row.starts_at) for row in rows] == [(2, STARTS[1])]
    assert cursor is not None


async def test_cursor_of_another_list_is_malformed(database: Database) -> None:
    async with database.reading() as db:
        _, cursor = await fetch_page(db, sa.select(TimeOffRow), BY_TIME, PageFilter(limit=1))
        with pytest.raises(Malformed):
            await fetch_page(db, sa.select(TimeOffRow), newest_first(col(TimeOffRow.id)), PageFilter(limit=1, cursor=cursor))


async def test_one_or_404_raises_not_found_without_row(database: Database) -> None:
    async with database.reading() as db:
        assert (await one_or_404(db, sa.select(TimeOffRow).where(col(TimeOffRow.id) == 3))).starts_at == STARTS[2]
        with pytest.raises(NotFound):
            await one_or_404(db, sa.select(TimeOffRow).where(col(TimeOffRow.id) == 99))


async def test_people_by_id_prefers_the_profile_name(database: Database) -> None:
    async with database.reading() as db:
        people = await people_by_id(db, [1, 2, 99, None])
    assert {id_: person.full_name for id_, person in people.items()} == {1: "Dr Profile", 2: "Account 2"}
    assert people[2].person().model_dump() == {"id": 2, "full_name": "Account 2"}
    assert people[2].lab_patient().sex is Sex.FEMALE
