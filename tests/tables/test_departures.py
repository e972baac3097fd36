"""The database keeps a row of `handovers` for each doctor that can no longer act, on every write path."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic import command

from careplus_tables.engine import sync_engine
from careplus_tables.migrate import alembic_config, upgrade
from tests.templates import migrated_file

NOON = "2030-01-07T12:00:00Z"


def add_account(connection: sa.Connection, id_: int, role: str, *, active: bool = True) -> None:
    row = {"id": id_, "email": f"p{id_}@example.org", "full_name": f"P {id_}", "role": role, "active": active, "at": NOON}
    connection.execute(
        sa.text(
            "INSERT INTO accounts (id, email, full_name, role, sex, active, created_at, version)"
            " VALUES (:id, :email, :full_name, :role, 'unknown', :active, :at, 1)"
        ),
        row,
    )


def handovers(connection: sa.Connection) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in connection.execute(sa.text("SELECT doctor_id, colleague_id FROM handovers ORDER BY 1"))]


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[sa.Connection]:
    """Yield a connection to a database with doctors 1, 2 and 3, and patient 4."""
    engine = sync_engine(migrated_file(tmp_path))
    with engine.begin() as connection:
        for id_, role in ((1, "doctor"), (2, "doctor"), (3, "doctor"), (4, "patient")):
            add_account(connection, id_, role)
        yield connection
    engine.dispose()


@pytest.mark.parametrize("change", ["active = FALSE", "role = 'lab'", "role = 'patient', active = FALSE"])
def test_doctor_that_leaves_has_a_row_until_the_return(connection: sa.Connection, change: str) -> None:
    connection.execute(sa.text(f"UPDATE accounts SET {change} WHERE id = 1"))
    assert handovers(connection) == [(1, None)]
    connection.execute(sa.text("UPDATE accounts SET role = 'admin', active = TRUE WHERE id = 1"))
    assert handovers(connection) == [(1, None)], "still no doctor"
    connection.execute(sa.text("UPDATE accounts SET role = 'doctor' WHERE id = 1"))
    assert handovers(connection) == []


def test_other_accounts_have_no_row(connection: sa.Connection) -> None:
    connection.execute(sa.text("UPDATE accounts SET active = FALSE WHERE id = 4"))
    connection.execute(sa.text("UPDATE accounts SET active = TRUE, version = 2 WHERE id = 3"))
    assert handovers(connection) == []


def test_colleague_that_leaves_owns_no_work(connection: sa.Connection) -> None:
    connection.execute(sa.text("UPDATE accounts SET active = FALSE WHERE id = 1"))
    connection.execute(sa.text("UPDATE handovers SET colleague_id = 2 WHERE doctor_id = 1"))
    connection.execute(sa.text("UPDATE accounts SET role = 'patient' WHERE id = 2"))
    assert handovers(connection) == [(1, None), (2, None)]


@pytest.mark.parametrize("colleague", [1, 4])
def test_colleague_must_be_a_doctor_that_can_act(connection: sa.Connection, colleague: int) -> None:
    connection.execute(sa.text("UPDATE accounts SET active = FALSE WHERE id = 1"))
    with pytest.raises(sa.exc.DatabaseError, match="colleague_cannot_act"):
        connection.execute(sa.text("UPDATE handovers SET colleague_id = :id WHERE doctor_id = 1"), {"id": colleague})


def test_migration_finds_doctors_that_left_before(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/old.db"
    engine = sync_engine(url)
    with engine.begin() as connection:
        command.upgrade(alembic_config(connection), "0011")
        add_account(connection, 1, "doctor")
        add_account(connection, 2, "doctor", active=False)
        add_account(connection, 3, "lab")
        add_account(connection, 4, "patient")
        add_account(connection, 5, "patient", active=False)
        connection.execute(
            sa.text(
                "INSERT INTO referrals (reference, patient_id, from_doctor_id, to_external, reason, urgency, status, created_at,"
                " version) VALUES ('RF-1', 4, 3, 'City', 'Film', 'routine', 'sent', :at, 1)"
            ),
            {"at": NOON},
        )
    upgrade(url)
    with engine.connect() as connection:
        assert handovers(connection) == [(2, None), (3, None)], "a closed doctor, and one that is laboratory staff now"
    engine.dispose()
