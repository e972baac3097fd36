"""`careplus move`: a hospital moves to PostgreSQL whole, or not at all with the reason and the remedy in one line."""

import itertools
import signal
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa

from careplus_tables.engine import is_sqlite
from careplus_tables.migrate import HEAD
from careplus_tables.registry import METADATA
from tests import databases, postgresql
from tests.cli.test_commands import refused
from tests.hospital import ADMIN, Hospital, Person, database_with_admin, eventually, later_time
from tests.templates import migrated_database

DEMO_PASSWORD = "demo-hospital-1"
_numbers = itertools.count(1)


def new_target(*, migrated: bool = True) -> str:
    """Return the URL of an empty database of the server."""
    create = migrated_database if migrated else postgresql.new_database
    return create(postgresql.server(), f"moved_{next(_numbers)}")


def contents(url: str) -> dict[str, list[tuple[object, ...]]]:
    """Return the rows of all tables, of which the queue of the chain exists on PostgreSQL only."""
    with databases.connected(url) as run:
        names = {name: sorted(databases.columns(url, run, name)) for name in METADATA.tables if name != "audit_unlinked"}
        return {name: sorted(run(f"SELECT {', '.join(columns)} FROM {name}"), key=repr) for name, columns in names.items()}


def on_target(hospital: Hospital, url: str) -> Hospital:
    """Return the hospital with its secret and folder on another database."""
    return Hospital(hospital.data, port=hospital.port, secret=hospital.secret, extra={**hospital.extra, "DATABASE_URL": url})


def head_of(hospital: Hospital) -> str:
    verified = hospital.careplus("audit", "verify")
    assert verified.returncode == 0, verified.stderr
    return verified.stdout.splitlines()[-1].removeprefix("Head of the chain: ")


def book(hospital: Hospital, email: str = "pat@demo.example") -> Person:
    patient = hospital.sign_in(email, DEMO_PASSWORD)
    doctor = patient.http.get("/api/doctors").json()["items"][-1]["id"]
    at = later_time(patient.http, doctor)
    answer = patient.http.post("/api/appointments", json={"doctor_id": doctor, "starts_at": at.isoformat()})
    assert answer.status_code == 201, answer.text
    return patient


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Hospital:
    """Return a demo hospital that has run, with a booking and a linked audit trail."""
    hospital = Hospital(tmp_path_factory.mktemp("demo"))
    with hospital.running("--demo"):
        book(hospital).http.close()
        links = "SELECT count(*) FROM audit_anchors"
        eventually(lambda: databases.query(hospital.database, links) != [(0,)])
    return hospital


@pytest.fixture
def hospital(tmp_path: Path) -> Hospital:
    """Return a hospital with one administrator that never ran."""
    new = Hospital(tmp_path)
    databases.copy(database_with_admin(), new.database)
    return new


@pytest.fixture
def target() -> str:
    return new_target()


def is_empty(url: str) -> bool:
    return databases.query(url, "SELECT count(*) FROM accounts") == [(0,)]


def test_moved_demo_hospital_serves_on_postgresql(demo: Hospital, target: str) -> None:
    before, head = contents(demo.database), head_of(demo)
    done = demo.careplus("move", "--to", target)
    assert done.returncode == 0, done.stderr
    assert f"Head of the chain at both ends: {head}" in done.stdout
    assert contents(demo.database) == before
    assert contents(target) == before
    moved = on_target(demo, target)
    assert head_of(moved) == head
    with moved.running("--demo"):
        patient = book(moved)
        assert patient.http.get("/api/appointments").json()["items"]
        patient.http.close()
        number = int(head.split(":")[0])
        eventually(lambda: databases.query(target, "SELECT max(number) FROM audit_links") > [(number,)])
    assert moved.careplus("audit", "verify", "--head", head).returncode == 0


def test_moved_triggers_and_sequences_work(demo: Hospital, target: str) -> None:
    assert demo.careplus("move", "--to", target).returncode == 0
    with pytest.raises(databases.Refused, match="append_only"):
        databases.execute(target, "UPDATE audit_events SET outcome = 'ok'")
    copied = databases.query(target, "SELECT max(id) FROM accounts")[0][0]
    new = databases.query(target, "SELECT nextval(pg_get_serial_sequence('accounts', 'id'))")
    assert new == [(copied + 1,)]
    off = "SELECT count(*) FROM pg_trigger WHERE NOT tgisinternal AND tgenabled <> 'O'"
    assert databases.query(target, off) == [(0,)]


@databases.sqlite_only
def test_move_leaves_the_bytes_of_the_file(hospital: Hospital, target: str) -> None:
    file = hospital.data / "careplus.db"
    before = file.read_bytes()
    hospital.extra["FORCE_COLOR"] = "1"
    done = hospital.careplus("move", "--to", target)
    assert done.returncode == 0
    assert "rows" in done.stderr, "a terminal shows progress"
    assert file.read_bytes() == before


@databases.sqlite_only
def test_move_queues_events_without_a_link(hospital: Hospital, target: str) -> None:
    queue = databases.query(hospital.database, "SELECT id FROM audit_events ORDER BY id")
    assert queue
    assert hospital.careplus("move", "--to", target).returncode == 0
    assert databases.query(target, "SELECT event_id FROM audit_unlinked ORDER BY event_id") == queue


def test_killed_move_leaves_target_empty_and_can_be_repeated(demo: Hospital, target: str) -> None:
    name = sa.make_url(target).database
    moving = demo.start_command("move", "--to", target)
    with closing(psycopg.connect(postgresql.server(), autocommit=True)) as watch:
        copies = "SELECT count(*) FROM pg_stat_progress_copy WHERE datname = %s AND tuples_processed > 0"
        while watch.execute(copies, (name,)).fetchone() == (0,):
            assert moving.poll() is None, demo.log.read_text()[-2000:]
        moving.send_signal(signal.SIGKILL)
        moving.wait(30)
    assert is_empty(target)
    assert demo.careplus("move", "--to", target).returncode == 0
    assert not is_empty(target)


def test_move_refuses_while_services_run(hospital: Hospital, target: str) -> None:
    with hospital.running():
        assert "The source is in use" in refused_move(hospital, target)
    assert hospital.careplus("move", "--to", target).returncode == 0


def test_move_refuses_services_of_the_target(hospital: Hospital, target: str, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    with on_target(Hospital(tmp_path / "other"), target).running():
        assert "The target is in use" in refused_move(hospital, target, is_empty_after=False)


def refused_move(hospital: Hospital, to: str, *, is_empty_after: bool = True) -> str:
    line = refused(hospital, "move", "--to", to)
    if is_empty_after:
        assert is_empty(to)
    return line


def test_move_refuses_a_target_with_rows(hospital: Hospital, target: str) -> None:
    assert hospital.careplus("move", "--to", target).returncode == 0
    assert "The target is not empty" in refused_move(hospital, target, is_empty_after=False)


def test_move_refuses_a_target_of_another_kind(hospital: Hospital) -> None:
    for url in ("sqlite:///careplus.db", "mysql://db.example.org/careplus"):
        assert "must be PostgreSQL" in refused(hospital, "move", "--to", url)
    assert "cannot be used" in refused(hospital, "move", "--to", "no address")


@pytest.mark.parametrize("found", ["none", "0001", "9999"])
def test_move_refuses_other_revisions_of_the_target(hospital: Hospital, found: str) -> None:
    target = new_target(migrated=found != "none")
    if found != "none":
        databases.execute(target, "UPDATE alembic_version SET version_num = ?", found)
    line = refused(hospital, "move", "--to", target)
    assert f"The target is at revision {found}" in line
    assert ("newer than this version" if found == "9999" else "Run `careplus migrate`") in line


@pytest.mark.parametrize("found", ["0001", "9999"])
def test_move_refuses_other_revisions_of_the_source(hospital: Hospital, target: str, found: str) -> None:
    databases.execute(hospital.database, "UPDATE alembic_version SET version_num = ?", found)
    line = refused_move(hospital, target)
    assert f"The source is at revision {found}" in line
    assert HEAD in line


def test_move_refuses_a_source_without_accounts(tmp_path: Path, target: str) -> None:
    hospital = Hospital(tmp_path)
    if is_sqlite(hospital.database):
        assert "There is no database" in refused_move(hospital, target)
    hospital.careplus("migrate")
    assert "has no accounts" in refused_move(hospital, target)


@databases.sqlite_only
def test_move_refuses_a_damaged_file(hospital: Hospital, target: str) -> None:
    file = hospital.data / "careplus.db"
    whole = file.read_bytes()
    for damaged in (whole[:8192] + b"\xff" * 65536 + whole[8192 + 65536 :], b"no database " * 1000):
        file.write_bytes(damaged)
        assert "is damaged" in refused_move(hospital, target)


def test_move_refuses_a_changed_audit_trail(demo: Hospital, target: str, tmp_path: Path) -> None:
    changed = Hospital(tmp_path, secret=demo.secret)
    databases.copy(demo.database, changed.database)
    off = "DROP TRIGGER update_audit_events" if is_sqlite(changed.database) else "DROP TRIGGER append_only ON audit_events"
    databases.execute(changed.database, off)
    databases.execute(changed.database, "UPDATE audit_events SET action = 'x' WHERE id = (SELECT min(event_id) FROM audit_links)")
    assert "audit trail of the source is not intact" in refused_move(changed, target)


def test_move_refuses_another_secret(demo: Hospital, target: str, tmp_path: Path) -> None:
    other = Hospital(tmp_path)
    databases.copy(demo.database, other.database)
    assert "no secret in SECRET_KEY makes" in refused_move(other, target)
    other.secret = ""
    assert "SECRET_KEY" in refused_move(other, target)


def test_move_names_a_row_that_the_target_refuses(hospital: Hospital, target: str) -> None:
    """A constraint that the source did not have stands for rows that a target may refuse."""
    databases.execute(target, "ALTER TABLE accounts ADD CONSTRAINT ck_nobody CHECK (email = '')")
    line = refused_move(hospital, target)
    assert "refuses the rows of accounts" in line
    assert "ck_nobody" in line
    assert ADMIN not in line
