"""Every GET passes on connections that cannot write; only the audit event of a read is written, on another one."""

from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import select
from sqlmodel import col

from careplus_contracts.endpoints import Endpoint, Role
from careplus_contracts.registry import ENDPOINTS
from careplus_tables.accounts import AccountRow
from careplus_tables.engine import Database
from careplus_tables.postgresql import PostgresOptions
from tests.acts.catalogue import act_of
from tests.concurrency.conftest import PostgresHospital
from tests.hospital import Person
from tests.world import World, build

PEOPLE = {"patient": Role.PATIENT, "doctor": Role.DOCTOR, "lab": Role.LAB, "reception": Role.RECEPTION, "admin": Role.ADMIN}
GETS = [endpoint for endpoint in ENDPOINTS if endpoint.method == "GET"]


@pytest.fixture(scope="module")
def world(hospital: PostgresHospital, admin: Person) -> Iterator[World]:
    with build(hospital, admin) as built:
        yield built


@pytest.mark.parametrize("endpoint", GETS, ids=lambda endpoint: endpoint.name)
def test_every_get_passes_where_reading_cannot_write(world: World, endpoint: Endpoint[..., Any]) -> None:
    path = endpoint.path.format(**world.ids) + act_of(endpoint).query_of(world.ids)
    for name, role in PEOPLE.items():
        if endpoint.public or endpoint.admits(role):
            answer = world.people[name].http.get(path)
            assert answer.status_code == 200, answer.text


async def test_reader_cannot_write(database_url: str) -> None:
    # as services do without a pooler
    database = Database(database_url, PostgresOptions(has_pooler=False))
    async with database.reading() as db:
        with pytest.raises(sa.exc.DBAPIError, match="read-only transaction"):
            await db.execute(sa.text("DELETE FROM attempts"))
    async with database.writing() as db:
        await db.execute(sa.text("DELETE FROM attempts"))
    await database.close()


async def test_reader_takes_no_row_lock(database_url: str) -> None:
    database, locking = Database(database_url), select(col(AccountRow.id)).with_for_update()
    async with database.reading() as db:
        await db.execute(locking)
        await db.get(AccountRow, 1, with_for_update=True)
    async with database.writing() as db:
        await db.execute(locking)
        locks = "SELECT count(*) FROM pg_locks WHERE mode = 'RowShareLock' AND pid = pg_backend_pid()"
        assert (await db.execute(sa.text(locks))).scalar_one() > 0
    await database.close()
