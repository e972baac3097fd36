"""`careplus restore` on PostgreSQL: into an empty database only, which is empty again after a refusal."""

import itertools
import os
from pathlib import Path
from typing import NamedTuple

import pytest

from careplus_auth.backups import backup_file, postgres_tools
from careplus_auth.backups.manifest import signer, to_json
from careplus_auth.backups.postgres_tools import tool
from careplus_auth.backups.refusing import BackupFailed
from careplus_runtime.process.settings import Settings
from tests import databases, postgresql
from tests.cli.test_restore import rewrite
from tests.hospital import PASSWORD, Hospital
from tests.templates import migrated_database

_numbers = itertools.count(1)
ACCOUNTS = "SELECT count(*) FROM accounts"


class Shared(NamedTuple):
    """Two hospitals of one database, the URL of its administrator, and a backup of the first."""

    url: str
    one: Hospital
    other: Hospital
    file: Path


@pytest.fixture
def hospital(tmp_path: Path) -> Hospital:
    chosen = {"CAREPLUS_BACKUP_FOLDER": str(tmp_path / "backups"), "CAREPLUS_BACKUP_ENCRYPTION": "none"}
    opened = Hospital(tmp_path, extra=chosen)
    opened.extra["DATABASE_URL"] = migrated_database(postgresql.server(), f"whole_{opened.port}")
    made = opened.careplus("backup")
    assert made.returncode == 0, made.stderr
    return opened


def test_restore_needs_an_empty_database(hospital: Hospital) -> None:
    [file] = (hospital.data / "backups").iterdir()
    refused = hospital.careplus("restore", str(file))
    assert (refused.returncode, "has tables. Make an empty one" in refused.stderr) == (1, True), refused.stderr
    hospital.extra["DATABASE_URL"] = postgresql.new_database(postgresql.server(), f"empty_{hospital.port}")
    restored = hospital.careplus("restore", str(file))
    assert restored.returncode == 0, restored.stderr
    assert databases.query(hospital.extra["DATABASE_URL"], ACCOUNTS) == [(0,)]


def test_refused_copy_leaves_the_database_empty(hospital: Hospital) -> None:
    [file] = (hospital.data / "backups").iterdir()
    keys = signer(Settings(SECRET_KEY=hospital.secret))
    manifest = backup_file.read_manifest(file, keys)
    counted = manifest.model_copy(update={"tables": {**manifest.tables, "accounts": 4711}})
    rewrite(file, "manifest.json", lambda _: to_json(counted, keys))
    hospital.extra["DATABASE_URL"] = postgresql.new_database(postgresql.server(), f"empty_{hospital.port}")
    refused = hospital.careplus("restore", str(file))
    assert (refused.returncode, "accounts has 0 rows" in refused.stderr) == (1, True), refused.stderr
    with databases.connected(hospital.extra["DATABASE_URL"]) as run:
        assert databases.tables(hospital.extra["DATABASE_URL"], run) == []


def test_backup_of_one_kind_is_refused_by_the_other(hospital: Hospital) -> None:
    [file] = (hospital.data / "backups").iterdir()
    hospital.extra["DATABASE_URL"] = f"sqlite:///{hospital.data}/careplus.db"
    refused = hospital.careplus("restore", str(file))
    assert (refused.returncode, "a copy of a database of postgresql" in refused.stderr) == (1, True), refused.stderr


def test_missing_pg_dump_is_refused_with_the_remedy(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(postgres_tools, "DEBIAN", tmp_path)
    with pytest.raises(BackupFailed, match="apt-get install postgresql-client"):
        tool("pg_dump")


def test_password_is_no_argument_of_the_programs() -> None:
    command = postgres_tools.command("postgresql://careplus:s3cret@db.example.org:5433/name?sslmode=require", "pg_dump")
    assert "s3cret" not in " ".join(command["args"])
    assert command["env"]["PGPASSWORD"] == "s3cret"
    assert "sslmode=require" in command["args"][-1]


@pytest.fixture
def shared(tmp_path: Path) -> Shared:
    """Return two hospitals in the schemas of one database, of which the first has a backup."""
    url = postgresql.new_database(postgresql.server(), f"shared_{os.getpid()}_{next(_numbers)}")
    hospitals = []
    for letter in "ab":
        name, folder = f"{letter}_{os.getpid()}_{next(_numbers)}", tmp_path / letter
        folder.mkdir()
        added = Hospital(folder, extra={"DATABASE_URL": url}).careplus("cluster", "add", name)
        assert added.returncode == 0, added.stderr
        settings = dict(line.split("=", 1) for line in added.stdout.splitlines())
        chosen = {"CAREPLUS_BACKUP_FOLDER": str(folder / "backups"), "CAREPLUS_BACKUP_ENCRYPTION": "none"}
        hospital = Hospital(folder, secret=settings.pop("SECRET_KEY"), extra={**settings, **chosen})
        created = hospital.careplus("admin", "create", "--email", f"{letter}@example.org", "--name", "Ada", stdin=f"{PASSWORD}\n")
        assert created.returncode == 0, created.stderr
        hospitals.append(hospital)
    made = hospitals[0].careplus("backup")
    assert made.returncode == 0, made.stderr
    [file] = (tmp_path / "a" / "backups").iterdir()
    return Shared(url, hospitals[0], hospitals[1], file)


def test_schema_is_restored_beside_the_old_one(shared: Shared) -> None:
    one, name = shared.one, shared.one.extra["CAREPLUS_SCHEMA"]
    refused = one.careplus("restore", str(shared.file))
    rename = f"ALTER SCHEMA {name} RENAME TO {name}_old"
    new = f"CREATE SCHEMA {name} AUTHORIZATION {name}"
    assert (refused.returncode, f"{rename}; {new}; then restore" in refused.stderr) == (1, True), refused.stderr
    databases.execute(shared.url, rename)
    missing = one.careplus("restore", str(shared.file))
    assert (missing.returncode, f"no schema {name}" in missing.stderr) == (1, True), missing.stderr
    databases.execute(shared.url, new)
    restored = one.careplus("restore", str(shared.file))
    assert restored.returncode == 0, restored.stderr
    for schema, email in ((name, "a@"), (f"{name}_old", "a@"), (shared.other.extra["CAREPLUS_SCHEMA"], "b@")):
        assert databases.query(shared.url, f"SELECT email FROM {schema}.accounts") == [(f"{email}example.org",)]
    with one.running():
        one.sign_in("a@example.org").http.close()
    verified = one.careplus("audit", "verify")
    assert verified.returncode == 0, verified.stderr


def test_refused_copy_leaves_the_schema_empty(shared: Shared) -> None:
    one, name = shared.one, shared.one.extra["CAREPLUS_SCHEMA"]
    keys = signer(Settings(SECRET_KEY=one.secret))
    manifest = backup_file.read_manifest(shared.file, keys)
    counted = manifest.model_copy(update={"tables": {**manifest.tables, "accounts": 4711}})
    rewrite(shared.file, "manifest.json", lambda _: to_json(counted, keys))
    databases.execute(shared.url, f"ALTER SCHEMA {name} RENAME TO {name}_old")
    databases.execute(shared.url, f"CREATE SCHEMA {name} AUTHORIZATION {name}")
    refused = one.careplus("restore", str(shared.file))
    assert (refused.returncode, "accounts has 1 rows" in refused.stderr) == (1, True), refused.stderr
    tables = f"SELECT relname FROM pg_class WHERE relnamespace = '{name}'::regnamespace"
    functions = f"SELECT proname FROM pg_proc WHERE pronamespace = '{name}'::regnamespace"
    assert databases.query(shared.url, f"{tables} UNION {functions}") == []


def test_copy_of_another_schema_is_refused(shared: Shared) -> None:
    alone = shared.one.extra.pop("CAREPLUS_SCHEMA")
    empty = postgresql.new_database(postgresql.server(), f"alone_{alone}")
    shared.one.extra["DATABASE_URL"] = empty
    refused = shared.one.careplus("restore", str(shared.file))
    assert (refused.returncode, "a copy of another schema than public" in refused.stderr) == (1, True), refused.stderr
    with databases.connected(empty) as run:
        assert databases.tables(empty, run) == []
