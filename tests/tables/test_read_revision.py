"""A database that another process migrates can be looked at: commands that start meanwhile wait, and are not refused."""

import time
from pathlib import Path

import pysqlite3

from careplus_tables import sqlite
from careplus_tables.migrate import HEAD, is_compatible, revision
from tests.templates import migrated_file


def test_revision_is_read_while_another_process_migrates(tmp_path: Path) -> None:
    url = migrated_file(tmp_path)
    migrating = pysqlite3.connect(tmp_path / "careplus.db", isolation_level=None)
    for statement in ("PRAGMA journal_mode=WAL", "BEGIN IMMEDIATE"):
        migrating.execute(statement).fetchall()
    began = time.monotonic()
    assert (revision(url), is_compatible(url)) == (HEAD, True)
    assert time.monotonic() - began < sqlite.PATIENCE_S
    migrating.close()
