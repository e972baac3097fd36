"""Several processes of one service on PostgreSQL: work that one of them does is left alone by the others."""

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import text

from careplus_auth import background
from careplus_auth.audit.audit_mails import AuditMails
from careplus_auth.crypto.vault import Vault
from careplus_auth.mail.templates import Kind
from careplus_runtime.process.settings import Settings
from careplus_tables.engine import Database
from careplus_tables.locking import Work, alone, takes_turn
from tests.concurrency.conftest import PostgresHospital
from tests.hospital import eventually
from tests.postgresql import new_database

STARTS = 3


@pytest.fixture
async def two(database_url: str) -> AsyncIterator[tuple[Database, Database]]:
    """Yield the connections of two processes."""
    opened = Database(database_url), Database(database_url)
    yield opened
    for one in opened:
        await one.close()


async def test_purge_is_left_to_another_process(two: tuple[Database, Database]) -> None:
    async with two[0].writing() as db:
        row = "INSERT INTO attempts (key, tried, counted_at, open_at, forgotten_at) VALUES ('old', 0, :at, :at, :at)"
        await db.execute(text(row), {"at": datetime.now(UTC) - timedelta(days=1)})
    count = text("SELECT count(*) FROM attempts")
    async with two[0].writing() as db:
        assert await takes_turn(db, Work.PURGE)
        async with asyncio.timeout(5):
            assert await background._purge(two[1]) > 0, "it tries again after the interval"
        assert (await db.execute(count)).scalar_one() == 1
    await background._purge(two[1])
    async with two[0].reading() as db:
        assert (await db.execute(count)).scalar_one() == 0


async def test_daily_mail_is_left_to_another_process(two: tuple[Database, Database]) -> None:
    settings = Settings(audit_mail="audit@example.org", _env_file=None)
    works = [AuditMails(one, settings, Vault(["k" * 40], "mails")) for one in two]
    count = text("SELECT count(*) FROM mails")
    async with two[0].writing() as db:
        assert await takes_turn(db, Work.QUEUE_MAILS)
        await works[1]._queue(Kind.AUDIT_HEAD, "1:00")
        assert (await db.execute(count)).scalar_one() == 0
    for _ in range(5):
        await asyncio.gather(*(one._queue(Kind.AUDIT_HEAD, "1:00") for one in works))
    async with two[0].reading() as db:
        assert (await db.execute(count)).scalar_one() == 1


def prepare_at_once(hospital: PostgresHospital, count: int) -> list[subprocess.CompletedProcess[str]]:
    """Return how processes end that wait for one another's preparation."""
    command = [sys.executable, "-m", "careplus_cli", "prepare"]
    waiting = f"SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted AND objid = {int(Work.PREPARE)}"
    with alone(hospital.url_of_database, Work.PREPARE):
        started = [
            subprocess.Popen(
                command, env=hospital.environment, cwd=hospital.data, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
            )
            for _ in range(count)
        ]
        eventually(lambda: hospital.rows(waiting) == [(count,)], 120)
    return [subprocess.CompletedProcess(command, one.wait(180), one.communicate()[0]) for one in started]


def test_processes_that_start_together_prepare_once(server: str, tmp_path: Path) -> None:
    hospital = PostgresHospital(tmp_path, url_of_database=new_database(server, f"prepared_{os.getpid()}"))
    ends = prepare_at_once(hospital, STARTS)
    output = "".join(one.stdout for one in ends)
    assert [one.returncode for one in ends] == [0] * STARTS, output
    assert output.count("#invitation=") == 1, "one link, and it works"
    assert hospital.rows("SELECT count(*) FROM invitations WHERE accepted_at IS NULL") == [(1,)]
    assert output.count("ALTER SYSTEM SET log_error_verbosity") == STARTS
    again = prepare_at_once(hospital, 1)[0]
    assert again.stdout.count("#invitation=") == 1, "a later start prints another link"


@pytest.mark.attack
def test_demos_that_start_together_are_filled_once(server: str, tmp_path: Path) -> None:
    hospital = PostgresHospital(tmp_path, url_of_database=new_database(server, f"demo_{os.getpid()}"))
    hospital.extra["CAREPLUS_DEMO"] = "1"
    ends = prepare_at_once(hospital, 2)
    output = "".join(one.stdout for one in ends)
    assert [one.returncode for one in ends] == [0, 0], output
    assert "argon2" not in output
    with psycopg.connect(hospital.url_of_database) as connection:
        emails = connection.execute("SELECT count(*) FROM accounts WHERE email = 'pat@demo.example'")
        assert emails.fetchone() == (1,)
