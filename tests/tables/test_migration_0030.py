"""Migration 0030 adds the names per language to enclosed results."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa

from careplus_contracts.referral_letters import EnclosedChart
from careplus_tables.registry import METADATA
from tests.tables import test_migration_0024
from tests.tables.migrated import upgraded
from tests.tables.test_migration_0010 import insert

VALUE = {"value": None, "comparator": None, "text": "negative", "unit": None, "decimals": 0, "range": None, "usual": ["negative"]}
OLD: dict[str, Any] = {
    "at": "2030-01-07T09:00:00Z",
    **dict.fromkeys(("problems", "medicines", "allergies", "allergy_status")),
    "results": [
        {
            "result_id": 3,
            "test_name": "Sodium",
            "taken_at": "2030-01-07T08:00:00Z",
            "values": [{**VALUE, "name": "Urine protein, test strip", "flag": "normal", "missing": []}],
        }
    ],
}


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[sa.Engine]:
    """Yield the engine of a database with a letter that was stored before, and one without enclosures."""

    def fill(connection: sa.Connection) -> None:
        test_migration_0024.fill(connection)
        people = {"patient_id": 2, "from_doctor_id": 1, "to_external": "City", "reason": "Why"}
        sent = {**people, "urgency": "routine", "status": "sent", "created_at": test_migration_0024.AT, "version": 1}
        insert(connection, "referrals", id=8, reference="RF-2", enclosed=json.dumps(OLD), **sent)

    with upgraded(request, tmp_path_factory, "0026", fill) as engine:
        yield engine


def test_stored_letter_has_names_in_each_language(engine: sa.Engine) -> None:
    referrals = METADATA.tables["referrals"].c
    with engine.connect() as connection:
        stored = connection.scalar(sa.select(referrals.enclosed).where(referrals.id == 8))
        assert connection.scalar(sa.select(referrals.enclosed).where(referrals.id == 7)) is None
    [result] = EnclosedChart.model_validate(stored).results
    [value] = result.values
    assert (result.test_names.de, value.names.de) == ("Natrium", "Eiweiß im Urin, Teststreifen")
    assert value.text_names is not None
    assert [value.text_names.de, *(one.de for one in value.usual_names)] == ["negativ", "negativ"]
