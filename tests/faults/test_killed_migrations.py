"""A migration that is killed half-way leaves the database as it was; the next one completes it, on both databases."""

import subprocess
import sys
import time
from pathlib import Path
from random import Random

import pytest
import sqlalchemy as sa
from alembic import command

from careplus_tables.engine import sync_engine
from careplus_tables.migrate import HEAD, alembic_config, revision
from tests import databases, postgresql
from tests.faults.figures import note
from tests.hospital import ROOT
from tests.tables.test_patient_times import add_accounts
from tests.templates import migrated_database, migrated_file

OLD = "0032"
"""The revision of the database that is migrated: there are charts, orders and an audit trail to move."""
KILLS = 20
Schema = list[tuple[str, ...]]


def old_database(kind: str, folder: Path) -> str:
    """Return the URL of a database at the old revision, with rows."""
    url = f"sqlite:///{folder}/careplus.db" if kind == "sqlite" else postgresql.new_database(postgresql.server(), name_in(folder))
    engine = sync_engine(url)
    with engine.begin() as connection:
        command.upgrade(alembic_config(connection), OLD)
        add_accounts(connection)
    engine.dispose()
    return url


def copy_of(old: str, folder: Path) -> str:
    """Return the URL of a copy in a new folder, or in a new database."""
    folder.mkdir()
    if not old.startswith("sqlite"):
        return postgresql.new_database(postgresql.server(), name_in(folder), str(sa.make_url(old).database))
    databases.copy(old, url := f"sqlite:///{folder}/careplus.db")
    return url


def name_in(folder: Path) -> str:
    return f"killed_{abs(hash(folder))}"


def schema(url: str) -> Schema:
    """Return tables, columns, indexes, constraints and triggers."""
    if url.startswith("sqlite"):
        statement = "SELECT type, name, coalesce(sql, '') FROM sqlite_master ORDER BY type, name"
    else:
        statement = """
            SELECT 'column', table_name || '.' || column_name, data_type || is_nullable || coalesce(column_default, '')
            FROM information_schema.columns WHERE table_schema = 'public'
            UNION ALL SELECT 'index', indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'
            UNION ALL SELECT 'constraint', conname, pg_get_constraintdef(oid) FROM pg_constraint
                WHERE connamespace = 'public'::regnamespace
            UNION ALL SELECT 'trigger', tgname, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal ORDER BY 1, 2, 3"""
    # SQLAlchemy writes the constraints of a rebuilt table in any order
    return [(*row[:-1], *sorted(line.rstrip(", ") for line in row[-1].splitlines())) for row in databases.query(url, statement)]


def migrate(url: str, kill_after_s: float | None = None) -> float:
    """Migrate in a process of its own, killed after some seconds; return the seconds it took."""
    command = [sys.executable, "-m", "tests.faults.migrating", url]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stdout.readline() == b"READY\n"
        began = time.monotonic()
        process.stdin.write(b"\n")
        process.stdin.flush()
        if kill_after_s is not None:
            time.sleep(kill_after_s)
            process.kill()
        process.wait(120)
        took_s = time.monotonic() - began
    assert kill_after_s is not None or process.returncode == 0
    return took_s


@pytest.mark.process
@pytest.mark.timeout(1800)
@pytest.mark.parametrize(
    ("kind", "kills"), [("sqlite", 3), *(pytest.param(kind, KILLS, marks=pytest.mark.faults) for kind in databases.KINDS)]
)
def test_killed_migration_is_completed_by_the_next(tmp_path: Path, kind: str, kills: int) -> None:
    (tmp_path / "old").mkdir()
    whole = migrated_file(tmp_path) if kind == "sqlite" else migrated_database(postgresql.server(), f"whole_{kills}_kills")
    old_url = old_database(kind, tmp_path / "old")
    old, took_s, before = schema(old_url), migrate(copy_of(old_url, tmp_path / "timed")), 0
    random = Random(7)
    for number in range(kills):
        url = copy_of(old_url, tmp_path / str(number))
        migrate(url, took_s * random.uniform(0.05, 0.9))
        if revision(url) != HEAD:
            before += 1
            assert (revision(url), schema(url)) == (OLD, old), "half of a migration stays"
        migrate(url)
        assert (revision(url), schema(url)) == (HEAD, schema(whole))
        assert databases.query(url, "SELECT full_name FROM accounts WHERE id = 6") == [("P 6",)]
        if kind == "sqlite":
            assert databases.query(url, "PRAGMA integrity_check") == [("ok",)]
            assert databases.query(url, "PRAGMA foreign_key_check") == []
    assert before, "no migration was killed before its end"
    note(f"{kind}: {kills} migrations of {took_s:.1f} s killed, {before} before their commit; 0 half done, {kills} completed")
