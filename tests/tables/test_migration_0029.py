"""Migration 0029 adds vital signs, which have a value, and a reason if they are wrong."""

from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from careplus_tables.registry import METADATA
from tests.tables.migrated import upgraded
from tests.tables.test_migration_0010 import insert
from tests.tables.test_migration_0024 import AT, fill

VITALS = METADATA.tables["vital_signs"]
ROW: dict[str, Any] = {"patient_id": 2, "measured_at": AT, "recorded_by_id": 1, "recorded_at": AT, "version": 1}


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[sa.Engine]:
    with upgraded(request, tmp_path_factory, "0020", fill) as migrated:
        yield migrated


def test_migrated_vitals_without_a_value_are_refused(engine: sa.Engine) -> None:
    with engine.begin() as connection:
        insert(connection, "vital_signs", **ROW, pain=0)
        connection.execute(sa.delete(VITALS))
    with engine.connect() as connection, pytest.raises(IntegrityError, match="has_a_value"):
        connection.execute(sa.insert(VITALS), ROW)


def test_migrated_error_without_a_reason_is_refused(engine: sa.Engine) -> None:
    with engine.connect() as connection, pytest.raises(IntegrityError, match="error_has_a_reason"):
        connection.execute(sa.insert(VITALS), {**ROW, "weight": 70.0, "in_error_at": AT, "in_error_by_id": 1})
