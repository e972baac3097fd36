"""Commands that end: their effects, and their refusals in one line."""

import json
import socket
from pathlib import Path

import pytest

from careplus_cli.preparing import CannotOpen, is_new
from careplus_cli.services import SERVICES
from careplus_contracts import registry
from tests import databases, postgresql
from tests.hospital import PASSWORD, Hospital
from tests.templates import migrated_database, migrated_file


@pytest.fixture
def hospital(tmp_path: Path) -> Hospital:
    return Hospital(tmp_path)


def refused(hospital: Hospital, *arguments: str, stdin: str = "") -> str:
    """Run a command that fails and return the one line that it prints."""
    done = hospital.careplus(*arguments, stdin=stdin)
    assert done.returncode not in {0, None}
    assert len(done.stderr.splitlines()) == 1, done.stderr
    return done.stderr


def test_service_names_match_the_registry() -> None:
    assert SERVICES == registry.SERVICES


def test_migrate_prints_the_revision(hospital: Hospital) -> None:
    assert hospital.careplus("migrate").stdout.startswith("Migrated from nothing to 0")
    assert hospital.careplus("migrate").stdout.startswith("The database is at revision 0")


def test_database_without_schema_is_new(tmp_path: Path) -> None:
    server = postgresql.server()
    assert is_new(f"sqlite:///{tmp_path}/careplus.db")
    assert not is_new(migrated_file(tmp_path))
    assert is_new(postgresql.new_database(server, "without_schema"))
    assert not is_new(migrated_database(server, "with_schema"))
    with pytest.raises(CannotOpen, match="cannot be used"):
        is_new(server.replace("/postgres?", "/missing?"))


def test_commands_refuse_a_newer_database(hospital: Hospital) -> None:
    hospital.careplus("migrate")
    databases.execute(hospital.database, "UPDATE alembic_version SET version_num = '9999', oldest_code = '9999'")
    assert "newer than this version" in refused(hospital, "migrate")
    assert "newer than this version" in refused(hospital, "run")
    assert "labs cannot start: The database is at revision 9999" in refused(
        hospital, "serve", "labs", "--port", str(hospital.port)
    )


@databases.sqlite_only
def test_commands_refuse_a_file_that_is_no_database(hospital: Hospital) -> None:
    (hospital.data / "careplus.db").write_text("not a database, " * 100)
    assert "file is not a database" in refused(hospital, "migrate")
    assert "file is not a database" in refused(hospital, "run")


def test_admin_create_adds_an_administrator(hospital: Hospital) -> None:
    done = hospital.careplus("admin", "create", "--email", "ada@example.org", "--name", "Ada", stdin=f"{PASSWORD}\n")
    assert done.stdout == "ada@example.org is an administrator now.\n", done.stderr


@pytest.mark.parametrize(
    ("email", "password", "reason"),
    [("ada@example.org", "password", "tried first"), ("ada@example.org", "", "password"), ("no e-mail", PASSWORD, "email")],
)
def test_admin_create_refuses_invalid_input(hospital: Hospital, email: str, password: str, reason: str) -> None:
    assert reason in refused(hospital, "admin", "create", "--email", email, "--name", "Ada", stdin=f"{password}\n")


def test_openapi_writes_the_document(hospital: Hospital) -> None:
    file = hospital.data / "openapi.json"
    assert hospital.careplus("openapi", "--output", str(file)).returncode == 0
    described = json.loads(file.read_text())
    assert described["openapi"].startswith("3.1")
    assert json.loads(hospital.careplus("openapi").stdout) == described


def test_demo_fills_only_an_empty_database(hospital: Hospital) -> None:
    sizes = ("--doctors", "3", "--patients", "30", "--appointments", "1000")
    assert "1,000 visits" in hospital.careplus("demo", *sizes).stdout
    assert "empty one" in refused(hospital, "demo", *sizes)


def test_demo_refuses_too_few_patients(hospital: Hospital) -> None:
    assert "need 400 patients" in refused(hospital, "demo", "--doctors", "100", "--patients", "200")


@pytest.mark.parametrize("command", [("run",), ("migrate",), ("serve", "auth")])
def test_commands_name_a_wrong_setting(hospital: Hospital, command: tuple[str, ...]) -> None:
    hospital.extra["CAREPLUS_ZONE"] = "Mars/Olympus"
    assert "CAREPLUS_ZONE" in refused(hospital, *command)


def test_run_and_auth_refuse_a_missing_secret(hospital: Hospital) -> None:
    hospital.secret = ""
    assert "SECRET_KEY" in refused(hospital, "run")
    hospital.careplus("migrate")
    assert "auth cannot start: SECRET_KEY" in refused(hospital, "serve", "auth", "--port", str(hospital.port))


def test_run_and_serve_name_a_port_in_use(hospital: Hospital) -> None:
    with socket.create_server(("127.0.0.1", hospital.port)):
        assert f"Port {hospital.port}" in refused(hospital, "run")
        assert f"('127.0.0.1', {hospital.port}): address already in use" in refused(hospital, "serve", "gateway")


def test_run_refuses_a_demo_on_a_public_address(hospital: Hospital) -> None:
    hospital.extra["CAREPLUS_HOST"] = "0.0.0.0"
    assert "127.0.0.1 only" in refused(hospital, "run", "--demo")


def test_run_without_demo_refuses_a_demo_database(hospital: Hospital) -> None:
    hospital.careplus("demo", "--doctors", "2", "--patients", "20")
    assert "add --demo" in refused(hospital, "run")


def test_run_demo_refuses_a_real_database(hospital: Hospital) -> None:
    hospital.careplus("admin", "create", "--email", "ada@example.org", "--name", "Ada", stdin=f"{PASSWORD}\n")
    assert "real hospital" in refused(hospital, "run", "--demo")


def test_serve_refuses_an_unknown_service(hospital: Hospital) -> None:
    assert "there are auth, appointments, doctors, labs and gateway" in refused(hospital, "serve", "pharmacy")
