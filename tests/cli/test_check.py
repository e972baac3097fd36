"""`careplus check`: each part is ok, a warning or failed, with what to do; the exit code tells."""

import json
import os
import ssl
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pysqlite3
import pytest

from careplus_cli.certificates import make_certificates
from careplus_cli.services import SERVICES
from tests import databases, postgresql
from tests.auth.alert_receiver import receiver
from tests.auth.postbox import Postbox, mail_server
from tests.hospital import Hospital
from tests.templates import migrated_bytes, migrated_database

PLAIN_SIGN_IN = pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")


@pytest.fixture
def hospital(tmp_path: Path) -> Hospital:
    (tmp_path / "careplus.db").write_bytes(migrated_bytes())
    chosen = {"CAREPLUS_BACKUP_FOLDER": str(tmp_path / "backups"), "CAREPLUS_BACKUP_ENCRYPTION": "none"}
    opened = Hospital(tmp_path, extra={"DATABASE_URL": f"sqlite:///{tmp_path}/careplus.db", **chosen})
    assert opened.careplus("backup").returncode == 0
    return opened


def findings(hospital: Hospital, expected_code: int) -> set[tuple[str, str]]:
    """Return the levels of each check; a finding that is not ok has a remedy."""
    done = hospital.careplus("check", "--json")
    assert done.returncode == expected_code, done.stdout + done.stderr
    found = json.loads(done.stdout)
    assert all(bool(one["remedy"]) is (one["level"] != "ok") for one in found)
    # a machine of tests may have no time service
    return {(one["check"], one["level"]) for one in found} - {("clock", "warning"), ("clock", "ok")}


def line_of(hospital: Hospital, check: str) -> str:
    """Return the lines of one check, as an operator reads them."""
    printed = hospital.careplus("check").stdout.splitlines()
    return "\n".join(line for line in printed if line.split()[1] == check)


@PLAIN_SIGN_IN
def test_sound_hospital_is_ok(hospital: Hospital) -> None:
    with mail_server(Postbox()) as hospital.extra["CAREPLUS_SMTP_URL"]:
        parts = ("settings", "disk", "versions", "revision", "database", "mail", "certificates", "backup")
        assert findings(hospital, 0) == {(part, "ok") for part in parts}


def test_missing_mail_server_is_a_warning_and_a_silent_one_fails(hospital: Hospital) -> None:
    assert ("mail", "warning") in findings(hospital, 0)
    hospital.extra["CAREPLUS_SMTP_URL"] = f"smtp://127.0.0.1:{hospital.port}"
    assert ("mail", "failed") in findings(hospital, 1)
    assert "correct CAREPLUS_SMTP_URL" in line_of(hospital, "mail")


def test_text_endpoint_is_asked_and_a_silent_one_fails(hospital: Hospital) -> None:
    hospital.extra["CAREPLUS_TEXT_KEY"] = "t" * 40
    with receiver() as texts:
        hospital.extra["CAREPLUS_TEXT_URL"] = texts.url
        assert ("texts", "ok") in findings(hospital, 0)
        assert "no message was sent" in line_of(hospital, "texts")
    assert ("texts", "failed") in findings(hospital, 1)
    assert "correct CAREPLUS_TEXT_URL" in line_of(hospital, "texts")


def test_text_endpoint_of_an_unknown_authority_fails(hospital: Hospital, tmp_path: Path) -> None:
    make_certificates(tmp_path / "theirs", days=2)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "theirs/gateway/tls.crt", tmp_path / "theirs/gateway/tls.key")
    with HTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        Thread(target=server.serve_forever, daemon=True).start()
        hospital.extra |= {"CAREPLUS_TEXT_KEY": "t" * 40, "CAREPLUS_TEXT_URL": f"https://localhost:{server.server_port}/texts"}
        assert "the certificate of localhost is refused" in line_of(hospital, "texts")
        server.shutdown()


def test_missing_secret_and_full_disk_fail(hospital: Hospital) -> None:
    hospital.secret, hospital.extra["CAREPLUS_DISK_FLOOR_MIB"] = "", str(10**9)
    assert {("settings", "failed"), ("disk", "failed")} <= findings(hospital, 1)


def test_old_revision_fails(hospital: Hospital) -> None:
    databases.execute(hospital.database, "UPDATE alembic_version SET version_num = '0042'")
    assert ("revision", "failed") in findings(hospital, 1)
    assert "run `careplus migrate`" in line_of(hospital, "revision")


def test_damaged_database_fails(hospital: Hospital) -> None:
    connection = pysqlite3.connect(hospital.data / "careplus.db", isolation_level=None)
    connection.execute("PRAGMA foreign_keys=OFF")
    connection.execute("INSERT INTO recovery_codes (account_id, code_hash) VALUES (4711, 'x')")
    connection.close()
    assert "recovery_codes references a missing row" in line_of(hospital, "database")
    (hospital.data / "careplus.db").write_bytes(b"not a database, " * 1000)
    assert ("database", "failed") in findings(hospital, 1)


def test_backup_that_is_old_or_damaged_or_failed_fails(hospital: Hospital) -> None:
    [file] = (hospital.data / "backups").iterdir()
    os.truncate(file, file.stat().st_size // 2)
    assert "cannot be used" in line_of(hospital, "backup")
    databases.execute(hospital.database, "UPDATE backups SET at = '2026-01-01T02:30:00Z'")
    assert "the newest is of 2026-01-01 02:30" in line_of(hospital, "backup")
    hospital.extra["CAREPLUS_BACKUP_ENCRYPTION"] = "passphrase"
    hospital.careplus("backup")
    assert "CAREPLUS_BACKUP_PASSPHRASE" in line_of(hospital, "backup")
    assert ("backup", "failed") in findings(hospital, 1)


def test_certificates_show_their_expiry(hospital: Hospital) -> None:
    folder = hospital.data / "certificates"
    hospital.extra["CAREPLUS_CERTIFICATES"] = str(folder)
    make_certificates(folder, days=400)
    assert ("certificates", "ok") in findings(hospital, 0)
    make_certificates(folder, days=20)
    assert ("certificates", "warning") in findings(hospital, 0)
    for service in SERVICES:
        (folder / service / "tls.crt").write_text("damaged")
    assert ("certificates", "failed") in findings(hospital, 1)


def test_postgresql_is_checked_and_an_absent_server_fails(hospital: Hospital) -> None:
    server = postgresql.server()
    hospital.extra["DATABASE_URL"] = migrated_database(server, f"checked_{hospital.port}")
    made = hospital.careplus("backup")
    assert made.returncode == 0, made.stderr
    assert {("database", "ok"), ("revision", "ok"), ("backup", "ok")} <= findings(hospital, 0)
    assert "PostgreSQL" in line_of(hospital, "versions")
    hospital.extra["DATABASE_URL"] = f"postgresql://careplus@127.0.0.1:{hospital.port}/careplus"
    assert {("database", "failed"), ("backup", "warning")} <= findings(hospital, 1)
