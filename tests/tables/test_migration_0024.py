"""Migration 0024 keeps visits and referrals, and the triggers against overlapping visits."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from careplus_tables.registry import METADATA
from tests.tables.migrated import upgraded
from tests.tables.test_migration_0010 import insert

AT = datetime(2030, 1, 7, 9, tzinfo=UTC)


def fill(connection: sa.Connection) -> None:
    """Insert a doctor, a patient, a visit and a referral."""
    for number, role in ((1, "doctor"), (2, "patient")):
        account = {"id": number, "email": f"p{number}@example.org", "role": role, "sex": "unknown", "created_at": AT}
        names = {"full_name": f"P {number}", "search_key": f"p {number}", "sort_key": f"p {number}"}
        insert(connection, "accounts", **account, **names, active=True, version=1)
    insert(connection, "appointments", **visit(5))
    sent = {"id": 7, "reference": "RF-1", "patient_id": 2, "from_doctor_id": 1, "to_external": "City", "reason": "Why"}
    insert(connection, "referrals", **sent, urgency="routine", status="sent", created_at=AT, version=1)


def visit(number: int, **more: Any) -> dict[str, Any]:
    ends_at = AT + timedelta(minutes=30)
    people = {"id": number, "reference": f"CP-{number}", "patient_id": 2, "doctor_id": 1}
    return {**people, "starts_at": AT, "ends_at": ends_at, "status": "booked", "created_at": AT, "version": 1, **more}


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[sa.Engine]:
    with upgraded(request, tmp_path_factory, "0020", fill) as migrated:
        yield migrated


def test_migrated_visits_and_referrals_are_not_linked(engine: sa.Engine) -> None:
    visits, referrals = METADATA.tables["appointments"].c, METADATA.tables["referrals"].c
    with engine.connect() as connection:
        assert list(connection.execute(sa.select(visits.id, visits.referral_id))) == [(5, None)]
        assert list(connection.execute(sa.select(referrals.id, referrals.enclosed))) == [(7, None)]


def test_migrated_visits_never_overlap(engine: sa.Engine) -> None:
    with engine.connect() as connection, pytest.raises(IntegrityError, match=r"slot_taken|patient_busy"):
        connection.execute(sa.insert(METADATA.tables["appointments"]), visit(6, referral_id=7))


def test_void_certificate_without_reason_is_refused(engine: sa.Engine) -> None:
    row = {"reference": "MC-1", "patient_id": 2, "doctor_id": 1, "kind": "statement", "created_at": AT, "version": 1}
    with engine.connect() as connection, pytest.raises(IntegrityError, match="void_has_a_reason"):
        connection.execute(sa.insert(METADATA.tables["certificates"]), {**row, "voided_at": AT})
