"""Migration 0008 renames the audit chain's table and the encrypted columns of a database with data."""

import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from careplus_auth.audit.chain import GENESIS, ChainKeys
from careplus_auth.audit.chain_writer import ChainWriter
from careplus_cli.verifying import verify
from careplus_cli.verifying_anchors import ChainBroken
from careplus_tables.engine import Database, sync_engine
from careplus_tables.migrate import HEAD, alembic_config, revision, upgrade
from careplus_tables.registry import METADATA

NOON = "2030-01-07T12:00:00Z"
EVENTS = 300
KEYS = ChainKeys(["k" * 40])
CIPHERTEXTS = ("SELECT {} FROM idempotency_keys", "SELECT {} FROM mails", "SELECT {} FROM second_factors")
OLD_COLUMNS, NEW_COLUMNS = ("sealed", "sealed", "sealed_secret"), ("ciphertext", "ciphertext", "secret_ciphertext")


def rows(connection: sa.Connection, sql: str) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in connection.execute(sa.text(sql))]


def insert(connection: sa.Connection, table: str, **values: Any) -> None:
    names = ", ".join(f":{name}" for name in values)
    connection.execute(sa.text(f"INSERT INTO {table} ({', '.join(values)}) VALUES ({names})"), values)


def fill_0007(connection: sa.Connection) -> None:
    """Insert a chain of EVENTS events, two of three about a patient, and one row with each encrypted column."""
    mac = GENESIS
    at = datetime.fromisoformat(NOON).astimezone(UTC)
    instant: Any = NOON if connection.dialect.name == "sqlite" else at
    columns = [column.name for column in METADATA.tables["audit_events"].columns]
    for number in range(1, EVENTS + 1):
        event = (number, at, f"r{number}", 7, "doctor", "s", "192.0.2.1", "labs", "show_result", "read", "5", "ok", None, None)
        patients = [number % 20 + 1] if number % 3 else []
        insert(connection, "audit_events", **{**dict(zip(columns, event, strict=True)), "at": instant})
        for patient_id in patients:
            insert(connection, "audit_patients", event_id=number, patient_id=patient_id)
        mac = KEYS.mac(KEYS.newest, mac, number, event, patients)
        insert(connection, "audit_seals", number=number, event_id=number, mac=mac, key_id=KEYS.newest)
    person = {
        "id": 7,
        "email": "a@example.org",
        "full_name": "A",
        "role": "admin",
        "sex": "unknown",
        "active": True,
        "version": 1,
    }
    insert(connection, "accounts", **person, created_at=instant)
    insert(connection, "second_factors", account_id=7, sealed_secret="secret")
    insert(connection, "mails", kind="invitation", sealed="letter", created_at=instant, due_at=instant, attempts=0)
    insert(connection, "idempotency_keys", account_id=7, key_hash="h", status=201, sealed=b"answer", expires_at=instant)


@pytest.fixture(scope="module")
def upgraded_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a database file that was filled at revision 0007 and upgraded; the migrations take 3 s."""
    file = tmp_path_factory.mktemp("upgraded") / "careplus.db"
    check_upgrade(f"sqlite:///{file}")
    return file


@pytest.fixture
def url(upgraded_file: Path, tmp_path: Path) -> str:
    shutil.copyfile(upgraded_file, tmp_path / "careplus.db")
    return f"sqlite:///{tmp_path}/careplus.db"


def check_upgrade(address: str) -> None:
    engine = sync_engine(address)
    with engine.begin() as connection:
        command.upgrade(alembic_config(connection), "0007")
        fill_0007(connection)
        links = rows(connection, "SELECT * FROM audit_seals ORDER BY number")
        ciphertexts = [rows(connection, sql.format(name)) for sql, name in zip(CIPHERTEXTS, OLD_COLUMNS, strict=True)]
    upgrade(address)
    assert revision(address) == HEAD
    with engine.connect() as connection:
        assert rows(connection, "SELECT number, event_id, mac, key_id FROM audit_links ORDER BY number") == links
        assert [rows(connection, sql.format(name)) for sql, name in zip(CIPHERTEXTS, NEW_COLUMNS, strict=True)] == ciphertexts
    engine.dispose()


def test_upgraded_schema_matches_the_tables(url: str) -> None:
    with sync_engine(url).connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "render_as_batch": True})
        assert compare_metadata(context, METADATA) == []
        assert not sa.inspect(connection).has_table("audit_seals")


async def test_upgraded_chain_verifies_once_auth_ran(url: str) -> None:
    with pytest.raises(ChainBroken, match="auth has not run since the update"):
        verify(url, KEYS, None, lambda done, total: None)
    database = Database(url)
    async with ChainWriter(database, KEYS).running():
        pass
    await database.close()
    intact = verify(url, KEYS, None, lambda done, total: None)
    assert (intact.head.number, intact.waiting) == (EVENTS, 0)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_links SET mac = key_id WHERE number = 1",
        "DELETE FROM audit_links WHERE number = 1",
        "INSERT OR REPLACE INTO audit_links SELECT * FROM audit_links WHERE number = 1",
        "INSERT OR REPLACE INTO audit_links SELECT number + 1000, event_id, mac, key_id, NULL FROM audit_links WHERE number = 1",
    ],
)
def test_upgraded_links_are_append_only(url: str, statement: str) -> None:
    with sync_engine(url).begin() as connection, pytest.raises(sa.exc.IntegrityError, match="append_only"):
        connection.execute(sa.text(statement))
