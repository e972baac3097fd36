"""Migration 0028 confirms the addresses of invited people and staff, and makes consents and corrections permanent."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from careplus_tables.registry import METADATA
from tests.tables.migrated import upgraded
from tests.tables.test_migration_0010 import insert

AT = datetime(2030, 1, 7, 9, tzinfo=UTC)
ACCEPTED_AT = datetime(2030, 1, 8, 9, tzinfo=UTC)
PATIENT, INVITED_PATIENT, DOCTOR, RESERVED = 1, 2, 3, 4


def account(number: int, role: str, password_hash: str | None) -> dict[str, Any]:
    known = {"id": number, "email": f"p{number}@example.org", "role": role, "sex": "unknown", "created_at": AT}
    names = {"full_name": f"P {number}", "search_key": f"p {number}", "sort_key": f"p {number}"}
    return {**known, **names, "password_hash": password_hash, "active": True, "version": 1}


def fill(connection: sa.Connection) -> None:
    """Insert a patient, an invited patient, a doctor, and an account without a password."""
    for one in (
        account(PATIENT, "patient", "hash"),
        account(INVITED_PATIENT, "patient", "hash"),
        account(DOCTOR, "doctor", "hash"),
        account(RESERVED, "lab", None),
    ):
        insert(connection, "accounts", **one)
    for number, accepted_at in ((INVITED_PATIENT, ACCEPTED_AT), (RESERVED, None)):
        invitation = {"id": number, "account_id": number, "code_hash": f"{number}", "created_at": AT, "expires_at": ACCEPTED_AT}
        insert(connection, "invitations", **invitation, accepted_at=accepted_at)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[sa.Engine]:
    with upgraded(request, tmp_path_factory, "0026", fill) as migrated:
        yield migrated


def test_migrated_addresses_of_invited_and_staff_are_confirmed(engine: sa.Engine) -> None:
    columns = METADATA.tables["accounts"].c
    with engine.connect() as connection:
        found = connection.execute(sa.select(columns.id, columns.email_confirmed_at).order_by(columns.id)).all()
    assert [tuple(row) for row in found] == [(PATIENT, None), (INVITED_PATIENT, ACCEPTED_AT), (DOCTOR, AT), (RESERVED, None)]


@pytest.mark.parametrize("statement", ["UPDATE consents SET language = 'de'", "DELETE FROM consents"])
def test_migrated_consents_are_permanent(engine: sa.Engine, statement: str) -> None:
    given = {"account_id": PATIENT, "kind": "privacy_notice", "text_version": AT.date(), "language": "en", "given_at": AT}
    with engine.connect() as connection:
        connection.execute(sa.insert(METADATA.tables["consents"]), given)
        with pytest.raises(DBAPIError, match="append_only"):
            connection.execute(sa.text(statement))
