"""`careplus backup` and `careplus restore` on SQLite: each refusal leaves the database as it was."""

import fcntl
import hashlib
import json
import os
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pysqlite3
import pytest
from alembic import command

from careplus_auth.backups import backup_file
from careplus_auth.backups.copying import copied
from careplus_auth.backups.encryption import encryption_of
from careplus_auth.backups.manifest import signer, to_json
from careplus_runtime.process.settings import Settings
from careplus_tables.engine import sync_engine
from careplus_tables.migrate import HEAD, alembic_config
from tests import databases
from tests.audit.auth_process import AuditedDatabase
from tests.hospital import ADMIN, Hospital, answers, database_with_admin, eventually
from tests.templates import migrated_bytes

ENCRYPTED = {"ENCRYPTION": "passphrase", "PASSPHRASE": "correct horse battery staple"}


def sha256(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


class Backups:
    """A hospital that does not run, and its backups."""

    def __init__(self, folder: Path, **settings: str) -> None:
        self.folder = folder / "backups"
        chosen = {"FOLDER": str(self.folder), "ENCRYPTION": "none", **settings}
        self.hospital = Hospital(folder, extra={f"CAREPLUS_BACKUP_{name}": value for name, value in chosen.items()})
        self.hospital.extra["DATABASE_URL"] = f"sqlite:///{folder}/careplus.db"
        self.database = folder / "careplus.db"
        self.database.write_bytes(migrated_bytes())

    def make(self) -> Path:
        made = self.hospital.careplus("backup")
        assert made.returncode == 0, made.stderr
        return max(self.folder.glob("careplus-*.zip"))

    def write(self, name: str) -> Path:
        """Write a backup without recording it, as another version of CarePlus did."""
        settings = Settings(SECRET_KEY=self.hospital.secret, data=self.hospital.data, backup_encryption="none", _env_file=None)
        with copied(settings) as (facts, copy):
            backup_file.write(self.hospital.data / name, copy, "sqlite", facts, encryption_of(settings), signer(settings))
        return self.hospital.data / name

    def manifest(self, file: Path) -> dict[str, Any]:
        with zipfile.ZipFile(file) as archive:
            return dict(json.loads(archive.read("manifest.json"))["manifest"])

    def failed(self) -> str:
        """Run a backup that fails and leaves no file."""
        done = self.hospital.careplus("backup")
        assert (done.returncode, len(done.stderr.splitlines())) == (1, 1), done.stderr
        assert not self.folder.exists() or list(self.folder.iterdir()) == []
        return done.stderr

    def refused(self, *arguments: str) -> str:
        """Run a command that is refused in one line; the database stays as it is."""
        before = sha256(self.database)
        done = self.hospital.careplus(*arguments)
        assert (done.returncode, len(done.stderr.splitlines())) == (1, 1), done.stderr
        assert sha256(self.database) == before
        assert [
            file.name for file in self.hospital.data.iterdir() if file.name.startswith(("careplus-restore-", "careplus-backup-"))
        ] == []
        return done.stderr

    def run(self, sql: str) -> None:
        """Change the database as a person with the file can."""
        connection = pysqlite3.connect(self.database)
        connection.executescript(f"PRAGMA foreign_keys=OFF; {sql}")
        connection.close()


@pytest.fixture
def backups(tmp_path: Path) -> Backups:
    return Backups(tmp_path)


@pytest.fixture
def encrypted(tmp_path: Path) -> Backups:
    """Return backups with a passphrase; reading and writing take a second each, which age spends on its key."""
    return Backups(tmp_path, **ENCRYPTED)


def rewrite(file: Path, name: str, change: Callable[[bytes], bytes]) -> None:
    """Replace one member of a backup."""
    with zipfile.ZipFile(file) as archive:
        members = {one: archive.read(one) for one in archive.namelist()}
    with zipfile.ZipFile(file, "w") as archive:
        for one, content in members.items():
            archive.writestr(one, change(content) if one == name else content)


def flip(content: bytes) -> bytes:
    middle = len(content) // 2
    return content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :]


def cut(file: Path) -> None:
    os.truncate(file, file.stat().st_size // 2)


def with_fewer_rows(manifest: bytes) -> bytes:
    read: dict[str, Any] = json.loads(manifest)
    read["manifest"]["tables"]["accounts"] = 4711
    return json.dumps(read).encode()


@pytest.mark.parametrize(
    ("damage", "reason"),
    [
        (cut, "cut off"),
        (lambda file: file.write_bytes(flip(file.read_bytes())), "changed"),
        (lambda file: rewrite(file, "database.gz", flip), "does not have the SHA-256"),
        (lambda file: rewrite(file, "database.gz", lambda content: content[:-1]), "shorter or longer"),
        (lambda file: rewrite(file, "manifest.json", with_fewer_rows), "not signed"),
        (lambda file: rewrite(file, "manifest.json", lambda _: b"{}"), "manifest cannot be read"),
        (lambda file: file.write_text("no archive"), "no complete ZIP"),
    ],
)
def test_damaged_backup_is_refused(backups: Backups, damage: Callable[[Path], object], reason: str) -> None:
    file = backups.make()
    damage(file)
    assert reason in backups.refused("restore", str(file))


def test_backup_of_another_hospital_is_refused(backups: Backups) -> None:
    file = backups.make()
    backups.hospital.secret = "another-hospital-" * 3
    assert "not signed" in backups.refused("restore", str(file))


def test_wrong_passphrase_is_refused(encrypted: Backups) -> None:
    file = encrypted.make()
    encrypted.hospital.extra["CAREPLUS_BACKUP_PASSPHRASE"] = "another passphrase, long enough"
    assert "the passphrase is another one" in encrypted.refused("restore", str(file))


def test_damaged_identity_of_a_backup_is_refused(encrypted: Backups) -> None:
    file = encrypted.make()
    rewrite(file, "identity.age", flip)
    assert "passphrase" in encrypted.refused("restore", str(file))


def test_age_backup_needs_its_private_key(tmp_path: Path) -> None:
    backups = Backups(tmp_path, ENCRYPTION="age")
    key, other = tmp_path / "key.txt", tmp_path / "other.txt"
    for file in (other, key):
        printed = backups.hospital.careplus("keys", "backup", str(file)).stdout
        assert file.stat().st_mode & 0o777 == 0o600
    name, _, backups.hospital.extra["CAREPLUS_BACKUP_RECIPIENTS"] = printed.strip().partition("=")
    assert name == "CAREPLUS_BACKUP_RECIPIENTS"
    file = backups.make()
    assert "name its file by --key" in backups.refused("restore", str(file))
    assert "cannot be decrypted" in backups.refused("restore", str(file), "--key", str(other))
    restored = backups.hospital.careplus("restore", str(file), "--key", str(key))
    assert restored.returncode == 0, restored.stderr


def test_encrypted_backup_is_restored_and_holds_no_text(encrypted: Backups) -> None:
    databases.copy(database_with_admin(), f"sqlite:///{encrypted.database}")
    assert ADMIN.encode() in encrypted.database.read_bytes()
    file = encrypted.make()
    with zipfile.ZipFile(file) as archive:
        assert archive.read("database.gz.age").startswith(b"age-encryption.org/v1\n")
    assert file.stat().st_mode & 0o777 == 0o600
    encrypted.run("DELETE FROM accounts")
    restored = encrypted.hospital.careplus("restore", str(file))
    assert restored.returncode == 0, restored.stderr
    assert databases.query(f"sqlite:///{encrypted.database}", "SELECT count(*) FROM accounts") == [(1,)]


def test_restore_keeps_the_old_database(backups: Backups) -> None:
    file = backups.make()
    backups.run("CREATE TABLE newer (id INTEGER)")
    restored = backups.hospital.careplus("restore", str(file))
    assert restored.returncode == 0, restored.stderr
    [kept] = backups.hospital.data.glob("careplus.db-before-*")
    assert f"The old database is in {kept}" in restored.stdout
    newer = "SELECT name FROM sqlite_master WHERE name = 'newer'"
    found = [databases.query(f"sqlite:///{one}", newer) for one in (kept / "careplus.db", backups.database)]
    assert found == [[("newer",)], []]


def test_restore_replaces_a_damaged_database(backups: Backups) -> None:
    file, content = backups.make(), b"not a database, " * 1000
    backups.database.write_bytes(content)
    backups.database.with_name("careplus.db-wal").write_bytes(b"left over")
    restored = backups.hospital.careplus("restore", str(file))
    assert restored.returncode == 0, restored.stderr
    [kept] = backups.hospital.data.glob("careplus.db-before-*")
    assert {one.name: one.read_bytes() for one in kept.iterdir()} == {
        "careplus.db": content,
        "careplus.db-wal": b"left over",
    }
    assert databases.query(f"sqlite:///{backups.database}", "SELECT count(*) FROM accounts") == [(0,)]


def test_restore_ignores_the_log_of_a_deleted_database(backups: Backups) -> None:
    """SQLite would write a log that is left over into the restored file."""
    file = backups.make()
    connection = pysqlite3.connect(backups.database)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("CREATE TABLE newer (id INTEGER)")
    wal = backups.database.with_name("careplus.db-wal")
    content = wal.read_bytes()
    connection.close()
    wal.write_bytes(content)
    backups.database.unlink()
    restored = backups.hospital.careplus("restore", str(file))
    assert restored.returncode == 0, restored.stderr
    [kept] = backups.hospital.data.glob("careplus.db-before-*")
    assert [one.name for one in kept.iterdir()] == ["careplus.db-wal"]
    newer = "SELECT name FROM sqlite_master WHERE name = 'newer'"
    assert databases.query(f"sqlite:///{backups.database}", newer) == []


def test_restore_is_refused_while_one_service_runs(backups: Backups) -> None:
    file = backups.make()
    labs = backups.hospital.start_command("serve", "labs", "--port", str(backups.hospital.port))
    try:
        eventually(lambda: answers(f"http://127.0.0.1:{backups.hospital.port}/health") or labs.poll() is not None, 60)
        # another port than the gateway's, which would be seen too
        backups.hospital.extra["CAREPLUS_PORT"] = str(backups.hospital.port + 5)
        done = backups.hospital.careplus("restore", str(file))
        assert (done.returncode, "is in use" in done.stderr) == (1, True), done.stderr
        backups.database.unlink()
        backups.hospital.extra["CAREPLUS_LABS_URL"] = f"http://127.0.0.1:{backups.hospital.port}"
        done = backups.hospital.careplus("restore", str(file))
        assert (done.returncode, "something answers" in done.stderr) == (1, True), done.stderr
    finally:
        labs.terminate()
        labs.wait(30)
    assert not backups.database.exists()


def test_older_backup_is_migrated_before_it_is_restored(backups: Backups) -> None:
    backups.database.unlink()
    engine = sync_engine(f"sqlite:///{backups.database}")
    with engine.begin() as connection:
        command.upgrade(alembic_config(connection), "0042")
    engine.dispose()
    file = backups.write("older.zip")
    assert backups.manifest(file)["revision"] == "0042"
    restored = backups.hospital.careplus("restore", str(file))
    assert restored.returncode == 0, restored.stderr
    assert databases.query(f"sqlite:///{backups.database}", "SELECT version_num FROM alembic_version") == [(HEAD,)]


def test_newer_backup_is_refused(backups: Backups) -> None:
    backups.run("UPDATE alembic_version SET version_num = '9999', oldest_code = '9998'")
    assert "newer than this version" in backups.refused("restore", str(backups.write("newer.zip")))


def test_newer_backup_that_says_so_is_restored(backups: Backups) -> None:
    backups.run(f"UPDATE alembic_version SET version_num = '9999', oldest_code = '{HEAD}'")
    file = backups.write("newer.zip")
    restored = backups.hospital.careplus("restore", str(file))
    assert restored.returncode == 0, restored.stderr
    assert databases.query(f"sqlite:///{backups.database}", "SELECT version_num FROM alembic_version") == [("9999",)]


def test_backup_with_other_counts_is_refused(backups: Backups) -> None:
    """The signature is right: the copy lost rows before it was signed."""
    file = backups.make()
    keys = signer(Settings(SECRET_KEY=backups.hospital.secret))
    manifest = backup_file.read_manifest(file, keys)
    counted = manifest.model_copy(update={"tables": {**manifest.tables, "accounts": 4711}})
    rewrite(file, "manifest.json", lambda _: to_json(counted, keys))
    assert "accounts has 0 rows, the manifest says 4711" in backups.refused("restore", str(file))


def test_backup_with_a_broken_chain_needs_a_decision(backups: Backups) -> None:
    trail = AuditedDatabase(backups.hospital, backups.hospital.extra["DATABASE_URL"])
    with trail.auth():
        trail.write_events(8)
        trail.wait_until_linked()
    trail.run_without_triggers("UPDATE audit_events SET account_id = 4711 WHERE id = 5")
    file = backups.make()
    assert "its audit chain is broken (Event 5" in backups.refused("restore", str(file))
    restored = backups.hospital.careplus("restore", str(file), "--broken-chain")
    assert restored.returncode == 0, restored.stderr


def test_database_with_a_missing_reference_is_not_backed_up(backups: Backups) -> None:
    backups.run("INSERT INTO recovery_codes (account_id, code_hash) VALUES (4711, 'x')")
    assert "a row of recovery_codes references a missing row" in backups.failed()
    failures = "SELECT file, failure FROM backups"
    [(file, failure)] = databases.query(f"sqlite:///{backups.database}", failures)
    assert (file, "recovery_codes" in failure) == (None, True)


@pytest.mark.parametrize(
    ("settings", "reason"),
    [
        ({"ENCRYPTION": ""}, "set it to age, passphrase or none"),
        ({"ENCRYPTION": "passphrase"}, "CAREPLUS_BACKUP_PASSPHRASE: is missing"),
        ({"ENCRYPTION": "age"}, "CAREPLUS_BACKUP_RECIPIENTS: is missing"),
        ({"FOLDER": ""}, "CAREPLUS_BACKUP_FOLDER: is missing"),
    ],
)
def test_incomplete_settings_make_no_backup(tmp_path: Path, settings: dict[str, str], reason: str) -> None:
    assert reason in Backups(tmp_path, **settings).failed()


def test_unfinished_file_of_a_killed_backup_is_removed(backups: Backups) -> None:
    backups.folder.mkdir()
    (backups.folder / "careplus-2026-01-01T000000.000Z.part").write_bytes(b"half")
    (backups.folder / "notes.txt").write_text("of somebody else")
    file = backups.make()
    assert sorted(one.name for one in backups.folder.iterdir()) == sorted([file.name, "notes.txt"])


def test_plain_copy_of_a_killed_backup_is_removed(backups: Backups) -> None:
    for name in ("careplus-backup-killed12", "careplus-backup-in_use_1", "backup-of-mine"):
        (backups.hospital.data / name).mkdir()
        (backups.hospital.data / name / "careplus.db").write_bytes(b"plain")
    held = os.open(backups.hospital.data / "careplus-backup-in_use_1", os.O_RDONLY)
    fcntl.flock(held, fcntl.LOCK_EX)
    backups.make()
    os.close(held)
    left = sorted(one.name for one in backups.hospital.data.iterdir() if one.is_dir() and one != backups.folder)
    assert left == ["backup-of-mine", "careplus-backup-in_use_1"]


def test_backup_keeps_the_disk_floor_free(backups: Backups) -> None:
    backups.hospital.extra["CAREPLUS_DISK_FLOOR_MIB"] = str(10**9)
    refused = backups.failed()
    assert "CAREPLUS_DISK_FLOOR_MIB (1000000000) stay free for changes" in refused
    backups.hospital.extra["CAREPLUS_DISK_FLOOR_MIB"] = "0"
    assert backups.make().exists()


def test_second_backup_at_the_same_time_is_refused(backups: Backups) -> None:
    with (backups.hospital.data / "backup.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert "Another process makes a backup now" in backups.failed()
    assert backups.make().exists()
