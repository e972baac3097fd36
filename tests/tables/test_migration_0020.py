"""Migration 0020 reads fasts and times of day from the first catalogue's texts, and makes present ranges version 1."""

from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from alembic import command

from careplus_tables.engine import sync_engine
from careplus_tables.migrate import HEAD, alembic_config, revision, upgrade
from careplus_tables.registry import METADATA
from tests.postgresql import new_database
from tests.tables.test_migration_0010 import insert

FASTING = "Do not eat or drink anything but water for 8 hours before the sample."
OGTT = "Eat normally for 3 days, then only water for 8 hours before. Stay seated and do not smoke during the 2 hours of the test."
CORT = "Come between 7 and 10 in the morning. Stop biotin supplements 48 hours before. Tell us about cortisone medicines."
TEXTS = {"GLU": FASTING, "CPEP": FASTING, "OGTT": OGTT, "CORT": CORT, "ABG": "Rest.", "OWN": "Come fasting, we said."}


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[sa.Engine]:
    """Yield the engine of a database that was filled before the revision and upgraded."""
    if request.param == "sqlite":
        address = f"sqlite:///{tmp_path_factory.mktemp('migrated')}/careplus.db"
    else:
        address = new_database(request.getfixturevalue("server"), "migrated_0020")
    engine = sync_engine(address)
    with engine.begin() as connection:
        command.upgrade(alembic_config(connection), "0018")
        for code, text in TEXTS.items():
            more: dict[str, Any] = {"category": "", "specimen": "", "plain": "", "currency": "EUR", "search_key": code.lower()}
            numbers = {"turnaround_hours": 1, "price_minor": 1, "active": True, "version": 1}
            insert(connection, "lab_tests", code=code, name=code, preparation=text, **more, **numbers)
        analyte = {"loinc": "2823-3", "kind": "quantity", "unit": "mmol/L", "decimals": 1, "plain": "", "usual": "[]"}
        insert(connection, "analytes", code="potassium", name="Potassium", choices="[]", **analyte)
        insert(connection, "reference_ranges", analyte_code="potassium", age_from_days=0, low=3.5, high=5.1)
    upgrade(address)
    assert revision(address) == HEAD
    yield engine
    engine.dispose()


def test_migrated_tests_have_fasts_and_times_of_day(engine: sa.Engine) -> None:
    tests = METADATA.tables["lab_tests"].c
    members = (tests.preparation, tests.fasting_hours, tests.collect_from, tests.collect_until, tests.by_order_only)
    with engine.begin() as connection:
        found = {
            row[0]: tuple(row[1:]) for row in connection.execute(sa.select(tests.code, *members).where(tests.code.in_(TEXTS)))
        }
    assert found == {
        "GLU": ("", 8, None, None, False),
        "CPEP": ("", 8, "07:00", "10:00", False),
        "OGTT": (OGTT.replace(", then only water for 8 hours before", " before"), 8, "07:00", "10:00", False),
        "CORT": (CORT.partition("morning. ")[2], 0, "07:00", "09:00", False),
        "ABG": ("Rest.", 0, None, None, True),
        "OWN": ("Come fasting, we said.", 0, None, None, False),
    }


def test_migrated_ranges_are_the_first_version(engine: sa.Engine) -> None:
    versions, ranges = METADATA.tables["analyte_versions"].c, METADATA.tables["reference_ranges"].c
    with engine.begin() as connection:
        members = (versions.number, versions.valid_from, versions.unit, versions.edited_by_id)
        [version] = connection.execute(sa.select(*members).where(versions.analyte_code == "potassium"))
        assert tuple(version) == (1, None, "mmol/L", None)
        assert list(connection.execute(sa.select(ranges.number).where(ranges.analyte_code == "potassium")).scalars()) == [1]
