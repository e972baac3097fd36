"""Commands that end: what they do, and what they refuse in one line."""

import json
import socket
from pathlib import Path

import pytest

from careplus_cli.services import SERVICES
from careplus_contracts import registry
from tests.hospital import PASSWORD, Hospital


@pytest.fixture
def hospital(tmp_path: Path) -> Hospital:
    return Hospital(tmp_path)


def refused(hospital: Hospital, *arguments: str, stdin: str = "") -> str:
    """The one line in which a command was refused."""
    done = hospital.careplus(*arguments, stdin=stdin)
    assert done.returncode not in {0, None}
    assert len(done.stderr.splitlines()) == 1, done.stderr
    return done.stderr


def test_names_of_services_are_the_contracts() -> None:
    assert SERVICES == registry.SERVICES


def test_migrate_says_what_it_did(hospital: Hospital) -> None:
    assert hospital.careplus("migrate").stdout.startswith("Migrated from nothing to 0")
    assert hospital.careplus("migrate").stdout.startswith("The database is at revision 0")


def test_a_newer_database_is_refused(hospital: Hospital) -> None:
    import pysqlite3

    hospital.careplus("migrate")
    connection = pysqlite3.connect(hospital.data / "careplus.db")
    connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.commit()
    connection.close()
    assert "newer than this version" in refused(hospital, "migrate")
    assert "newer than this version" in refused(hospital, "run")
    assert "labs cannot start: The database is at revision 9999" in refused(
        hospital, "serve", "labs", "--port", str(hospital.port)
    )


def test_a_file_that_is_no_database_is_refused(hospital: Hospital) -> None:
    (hospital.data / "careplus.db").write_text("not a database, " * 100)
    assert "file is not a database" in refused(hospital, "migrate")
    assert "file is not a database" in refused(hospital, "run")


def test_administrators_are_made(hospital: Hospital) -> None:
    done = hospital.careplus("admin", "create", "--email", "ada@example.org", "--name", "Ada", stdin=f"{PASSWORD}\n")
    assert done.stdout == "ada@example.org is an administrator now.\n", done.stderr


@pytest.mark.parametrize(
    ("email", "password", "why"),
    [("ada@example.org", "password", "guess"), ("ada@example.org", "", "password"), ("no e-mail", PASSWORD, "email")],
)
def test_bad_administrators_are_refused(hospital: Hospital, email: str, password: str, why: str) -> None:
    assert why in refused(hospital, "admin", "create", "--email", email, "--name", "Ada", stdin=f"{password}\n")


def test_the_openapi_document_is_written(hospital: Hospital) -> None:
    file = hospital.data / "openapi.json"
    assert hospital.careplus("openapi", "--output", str(file)).returncode == 0
    described = json.loads(file.read_text())
    assert described["openapi"].startswith("3.1")
    assert json.loads(hospital.careplus("openapi").stdout) == described


def test_a_demo_of_any_size_goes_into_an_empty_database(hospital: Hospital) -> None:
    sizes = ("--doctors", "3", "--patients", "30", "--appointments", "1000")
    assert "1,000 visits" in hospital.careplus("demo", *sizes).stdout
    assert "empty one" in refused(hospital, "demo", *sizes)


def test_a_demo_that_does_not_fit_is_refused(hospital: Hospital) -> None:
    assert "need 400 patients" in refused(hospital, "demo", "--doctors", "100")


@pytest.mark.parametrize("command", [("run",), ("migrate",), ("serve", "auth")])
def test_a_wrong_setting_is_named(hospital: Hospital, command: tuple[str, ...]) -> None:
    hospital.extra["CAREPLUS_ZONE"] = "Mars/Olympus"
    assert "CAREPLUS_ZONE" in refused(hospital, *command)


def test_without_a_secret_nothing_opens(hospital: Hospital) -> None:
    hospital.secret = ""
    assert "SECRET_KEY" in refused(hospital, "run")
    hospital.careplus("migrate")
    assert "auth cannot start: SECRET_KEY" in refused(hospital, "serve", "auth", "--port", str(hospital.port))


def test_a_taken_port_is_named(hospital: Hospital) -> None:
    with socket.create_server(("127.0.0.1", hospital.port)):
        assert f"Port {hospital.port}" in refused(hospital, "run")
        assert f"127.0.0.1:{hospital.port}: Address already in use" in refused(hospital, "serve", "gateway")


def test_a_demo_opens_on_loopback_only(hospital: Hospital) -> None:
    hospital.extra["CAREPLUS_HOST"] = "0.0.0.0"
    assert "127.0.0.1 only" in refused(hospital, "run", "--demo")


def test_a_demo_and_a_real_hospital_do_not_share_a_database(hospital: Hospital) -> None:
    hospital.careplus("demo", "--doctors", "2", "--patients", "20")
    assert "add --demo" in refused(hospital, "run")


def test_a_real_hospital_is_not_shown_as_a_demo(hospital: Hospital) -> None:
    hospital.careplus("admin", "create", "--email", "ada@example.org", "--name", "Ada", stdin=f"{PASSWORD}\n")
    assert "real hospital" in refused(hospital, "run", "--demo")


def test_an_unknown_service_is_refused(hospital: Hospital) -> None:
    assert "there are auth, appointments, doctors, labs and gateway" in refused(hospital, "serve", "pharmacy")
