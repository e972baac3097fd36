"""Migration 0014 gives each prescription the last clinic day of its longest medicine."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from alembic import command

from careplus_tables.engine import sync_engine
from careplus_tables.migrate import alembic_config, upgrade
from careplus_tables.registry import METADATA
from tests.postgresql import new_database
from tests.tables.test_migration_0010 import insert
from tests.tables.test_patient_times import add_accounts

AUCKLAND = ZoneInfo("Pacific/Auckland")


@pytest.fixture(params=["sqlite", "postgresql"])
def address(request: pytest.FixtureRequest) -> str:
    """Return the address of a database that was filled at revision 0013."""
    if request.param == "sqlite":
        url = f"sqlite:///{request.getfixturevalue('tmp_path')}/careplus.db"
    else:
        url = new_database(request.getfixturevalue("server"), f"migrated_0014_{request.node.name.split('[')[0][-6:]}")
    engine = sync_engine(url)
    with engine.begin() as connection:
        command.upgrade(alembic_config(connection), "0013")
        add_accounts(connection)
        for id_, written_at in ((1, datetime(2030, 1, 6, 10, 59, tzinfo=UTC)), (2, datetime(2030, 1, 6, 11, tzinfo=UTC))):
            row = {"reference": f"RX-{id_}", "patient_id": 2, "doctor_id": 1, "status": "active", "version": 1}
            insert(connection, "prescriptions", id=id_, created_at=written_at, **row)
            for position, days in enumerate((3, 7)):
                item = {"medicine": "M", "dose": "1", "route": "oral", "frequency": "daily", "repeats": 0}
                insert(connection, "prescription_items", prescription_id=id_, position=position, duration_days=days, **item)
    engine.dispose()
    return url


def test_migrated_prescriptions_end_by_the_clinics_day(address: str) -> None:
    upgrade(address, AUCKLAND)
    table = METADATA.tables["prescriptions"]
    engine = sync_engine(address)
    with engine.begin() as connection:
        found = connection.execute(sa.select(table.c.last_day).order_by(table.c.id)).scalars().all()
        assert found == [date(2030, 1, 13), date(2030, 1, 14)], "midnight in Auckland lies between them"
    with pytest.raises(sa.exc.IntegrityError), engine.begin() as connection:
        connection.execute(sa.update(table).values(last_day=None))
    engine.dispose()


def test_migration_without_a_zone_keeps_the_database(address: str) -> None:
    with pytest.raises(ValueError, match="zone"):
        upgrade(address)
    engine = sync_engine(address)
    with engine.connect() as connection:
        assert connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar_one() == "0013"
    engine.dispose()
