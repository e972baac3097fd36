"""Migration 0059 gives each visit ahead a check-in code of its own, and leaves passed ones without."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from careplus_tables.registry import METADATA
from tests.tables.migrated import upgraded
from tests.tables.test_migration_0010 import HOUR, insert
from tests.tables.test_patient_times import add_accounts

TOMORROW = datetime.now(UTC).replace(microsecond=0) + timedelta(days=1)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[sa.Engine]:
    """Yield the engine of a database that was filled at revision 0057 and upgraded."""
    with upgraded(request, tmp_path_factory, "0057", fill_0057) as engine:
        yield engine


def fill_0057(connection: sa.Connection) -> None:
    """Insert two visits ahead and one of last week."""
    add_accounts(connection)
    for id_, starts_at in ((1, TOMORROW), (2, TOMORROW + HOUR), (3, TOMORROW - timedelta(days=7))):
        times = {"starts_at": starts_at, "ends_at": starts_at + HOUR, "created_at": starts_at - timedelta(days=30)}
        visit = {"id": id_, "reference": f"CP-{id_}", "patient_id": 2, "doctor_id": 1, "status": "booked", "version": 1}
        insert(connection, "appointments", **visit, **times)


def test_visit_ahead_has_a_code_of_its_own(engine: sa.Engine) -> None:
    visits = METADATA.tables["appointments"].c
    with engine.connect() as connection:
        codes = connection.execute(sa.select(visits.check_in_code).order_by(visits.id)).scalars().all()
    assert [code is None for code in codes] == [False, False, True]
    assert len(str(codes[0])) == 22
    assert codes[0] != codes[1]
