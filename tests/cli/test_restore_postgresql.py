"""`careplus restore` on PostgreSQL: into an empty database only, which is empty again after a refusal."""

from pathlib import Path

import pytest

from careplus_auth.backups import backup_file, postgres_tools
from careplus_auth.backups.manifest import signer, to_json
from careplus_auth.backups.postgres_tools import tool
from careplus_auth.backups.refusing import BackupFailed
from careplus_runtime.process.settings import Settings
from tests import databases, postgresql
from tests.cli.test_restore import rewrite
from tests.hospital import Hospital
from tests.templates import migrated_database

ACCOUNTS = "SELECT count(*) FROM accounts"


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
