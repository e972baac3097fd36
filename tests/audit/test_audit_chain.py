"""The MAC chain finds eight kinds of tampering with the database file by a person without the key."""

import hashlib
import random
import resource
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pysqlite3
import pytest

from bench.trail import EVENTS, fill
from careplus_auth.audit.chain import ChainKeys
from careplus_auth.store.audit_links import Head
from careplus_cli.verifying import ChainIntact, verify
from careplus_cli.verifying_anchors import ChainBroken
from tests import databases
from tests.audit.audit_rows import TABLES, wait_until_chained
from tests.hospital import Hospital
from tests.world import World

pytestmark = databases.sqlite_only  # tests/audit/test_rewritten_past.py changes the trail on both databases
COLUMNS = (
    *("at", "request_id", "account_id", "role", "session_id", "address", "service", "action", "kind", "object_id", "outcome"),
    *("reason", "members"),
)
LEGAL = {
    "role": ("lab", "admin"),
    "kind": ("change", "read"),
    "at": ("2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z"),
    "account_id": (4711, 4712),
}
"""Two values for each column that does not accept arbitrary text."""


@dataclass
class Copy:
    """A copy of the hospital's database without its triggers."""

    path: Path
    connection: pysqlite3.Connection
    rng: random.Random

    def links(self) -> list[tuple[int, int]]:
        """Return pairs of number and event id, in order."""
        return list(self.connection.execute("SELECT number, event_id FROM audit_links ORDER BY number"))

    def random_link(self) -> tuple[int, int]:
        return self.rng.choice(self.links())


@pytest.fixture(scope="module")
def trail(world: World, hospital: Hospital, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a database file with events of real requests, all linked into the chain."""
    wait_until_chained(hospital)
    path: Path = tmp_path_factory.mktemp("trail") / "careplus.db"
    connection = pysqlite3.connect(hospital.data / "careplus.db", timeout=30)
    connection.execute("VACUUM INTO ?", (str(path),))
    connection.close()
    return path


@pytest.fixture
def copy(trail: Path, tmp_path: Path) -> Iterator[Copy]:
    path = tmp_path / "careplus.db"
    shutil.copy(trail, path)
    connection = pysqlite3.connect(path, isolation_level=None)
    for verb in ("update", "delete", "insert"):
        for table in TABLES:
            connection.execute(f"DROP TRIGGER {verb}_{table}")
    yield Copy(path, connection, random.Random(1))
    connection.close()


def verified(path: Path, hospital: Hospital, anchored: Head | None = None) -> ChainIntact:
    return verify(f"sqlite:///{path}", ChainKeys([hospital.secret]), anchored, lambda done, total: None)


def test_verify_reports_its_progress(trail: Path, hospital: Hospital) -> None:
    reports: list[tuple[int, int]] = []
    found = verify(f"sqlite:///{trail}", ChainKeys([hospital.secret]), None, lambda *progress: reports.append(progress))
    assert reports[-1] == (found.head.number, found.head.number)
    assert reports == sorted(reports)


def processor_seconds() -> float:
    """Return the processor time of the processes that this one has started and waited for."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


@pytest.mark.attack
@pytest.mark.timeout(900)
def test_verifying_a_million_events_takes_15_s(tmp_path: Path) -> None:
    hospital = Hospital(tmp_path)
    assert hospital.careplus("migrate").returncode == 0
    fill(tmp_path / "careplus.db", ChainKeys([hospital.secret]))
    before = processor_seconds()
    command = [sys.executable, "-m", "careplus_cli", "audit", "verify"]
    environment = {**hospital.environment, "FORCE_COLOR": "1"}
    ran = subprocess.run(command, env=environment, cwd=tmp_path, capture_output=True, text=True, timeout=600, check=False)
    assert processor_seconds() - before <= 15
    assert f"{EVENTS:,} events are unchanged" in ran.stdout
    assert "Checking links" in ran.stderr, "the progress bar"


def edit(copy: Copy) -> None:
    _, event = copy.random_link()
    column = copy.rng.choice(COLUMNS)
    one, other = LEGAL.get(column, ("something else", "something new"))
    changed = f"UPDATE audit_events SET {column} = CASE WHEN {column} IS ? THEN ? ELSE ? END WHERE id = ?"
    copy.connection.execute(changed, (one, other, one, event))


def edit_patients(copy: Copy) -> None:
    [[event, patient]] = copy.connection.execute("SELECT * FROM audit_patients ORDER BY random() LIMIT 1")
    if copy.rng.random() < 0.5:
        copy.connection.execute("DELETE FROM audit_patients WHERE event_id = ? AND patient_id = ?", (event, patient))
    else:
        change = "UPDATE audit_patients SET patient_id = 4711 WHERE event_id = ? AND patient_id = ?"
        copy.connection.execute(change, (event, patient))


def edit_and_recompute(copy: Copy) -> None:
    number, event = copy.random_link()
    copy.connection.execute("UPDATE audit_events SET account_id = 4711 WHERE id = ?", (event,))
    recompute_macs(copy, number)


def recompute_macs(copy: Copy, first: int) -> None:
    """Recompute the macs from number `first` on with another key under the id of the hospital's."""
    forged = ChainKeys(["x" * 40])
    before = copy.connection.execute("SELECT mac FROM audit_links WHERE number = ?", (first - 1,)).fetchone()
    mac = before[0] if before else bytes(32)
    for number, event in copy.links():
        if number >= first:
            [row] = copy.connection.execute("SELECT * FROM audit_events WHERE id = ?", (event,))
            patients = copy.connection.execute("SELECT patient_id FROM audit_patients WHERE event_id = ?", (event,))
            mac = forged.mac(forged.newest, mac, number, row, [patient for (patient,) in patients])
            copy.connection.execute("UPDATE audit_links SET mac = ? WHERE number = ?", (mac, number))


def delete(copy: Copy) -> None:
    number, event = copy.rng.choice(copy.links()[:-1])
    copy.connection.execute("DELETE FROM audit_links WHERE number = ?", (number,))
    copy.connection.execute("DELETE FROM audit_patients WHERE event_id = ?", (event,))
    copy.connection.execute("DELETE FROM audit_events WHERE id = ?", (event,))


def delete_and_renumber(copy: Copy) -> None:
    before = copy.links()
    delete(copy)
    [deleted] = set(before) - set(copy.links())
    for number, _ in copy.links():
        if number > deleted[0]:
            copy.connection.execute("UPDATE audit_links SET number = ? WHERE number = ?", (number - 1, number))


def swap(copy: Copy) -> None:
    (_, one), (_, other) = copy.rng.sample(copy.links(), 2)
    [first] = copy.connection.execute("SELECT * FROM audit_events WHERE id = ?", (one,))
    [second] = copy.connection.execute("SELECT * FROM audit_events WHERE id = ?", (other,))
    places = ", ".join(f"{column} = ?" for column in COLUMNS)
    for row, id_ in ((first, other), (second, one)):
        copy.connection.execute(f"UPDATE audit_events SET {places} WHERE id = ?", (*row[1:], id_))


def forge(copy: Copy) -> None:
    last, _ = copy.links()[-1]
    [row] = copy.connection.execute("SELECT * FROM audit_events WHERE id = ?", (copy.random_link()[1],))
    [[id_]] = copy.connection.execute("SELECT max(id) + 1 FROM audit_events")
    copy.connection.execute(f"INSERT INTO audit_events VALUES ({','.join('?' * len(row))})", (id_, *row[1:]))
    [[key]] = copy.connection.execute("SELECT key_id FROM audit_links LIMIT 1")
    mac = hashlib.sha256(repr((last, row)).encode()).digest()
    copy.connection.execute("INSERT INTO audit_links VALUES (?, ?, ?, ?, NULL)", (last + 1, id_, mac, key))


def truncate(copy: Copy) -> None:
    links = copy.links()
    for number, event in links[-copy.rng.randint(1, len(links) - 1) :]:
        copy.connection.execute("DELETE FROM audit_links WHERE number = ?", (number,))
        copy.connection.execute("DELETE FROM audit_patients WHERE event_id = ?", (event,))
        copy.connection.execute("DELETE FROM audit_events WHERE id = ?", (event,))


TAMPERINGS: dict[Callable[[Copy], None], str] = {
    edit: "does not match its link",
    edit_patients: "does not match its link",
    edit_and_recompute: "does not match its link",
    delete: "of the chain is missing",
    delete_and_renumber: "does not match its link",
    swap: "does not match its link",
    forge: "does not match its link",
    truncate: "its end was cut off",
}


def assert_tampering_is_found(tampering: Callable[[Copy], None], copy: Copy, trail: Path, hospital: Hospital, times: int) -> None:
    anchored = verified(trail, hospital).head
    assert anchored.number > 30
    for _ in range(times):
        tampering(copy)
        with pytest.raises(ChainBroken, match=TAMPERINGS[tampering]):
            verified(copy.path, hospital, anchored)
        for table in TABLES:
            copy.connection.execute(f"DELETE FROM {table}")
        copy.connection.execute("ATTACH ? AS original", (str(trail),))
        for table in TABLES:
            copy.connection.execute(f"INSERT INTO main.{table} SELECT * FROM original.{table}")
        copy.connection.execute("DETACH original")
    assert verified(copy.path, hospital, anchored).head == anchored, "the restored rows verify"


@pytest.mark.parametrize("tampering", TAMPERINGS, ids=lambda one: one.__name__)
def test_verify_finds_tampering(tampering: Callable[[Copy], None], copy: Copy, trail: Path, hospital: Hospital) -> None:
    assert_tampering_is_found(tampering, copy, trail, hospital, times=3)


@pytest.mark.attack
@pytest.mark.parametrize("tampering", TAMPERINGS, ids=lambda one: one.__name__)
def test_verify_finds_tampering_20_times(tampering: Callable[[Copy], None], copy: Copy, trail: Path, hospital: Hospital) -> None:
    assert_tampering_is_found(tampering, copy, trail, hospital, times=20)


def test_chain_cut_at_its_anchor_verifies_without_others(copy: Copy, hospital: Hospital) -> None:
    """Links known only to the database can be removed unnoticed: so anchors leave the machine."""
    kept = "(SELECT link_number FROM audit_anchors WHERE number = 1)"
    copy.connection.execute(f"DELETE FROM audit_links WHERE number > {kept}")
    for table, id_ in (("audit_patients", "event_id"), ("audit_events", "id")):
        copy.connection.execute(f"DELETE FROM {table} WHERE {id_} NOT IN (SELECT event_id FROM audit_links)")
    copy.connection.execute("DELETE FROM audit_anchors WHERE number > 1")
    assert len(verified(copy.path, hospital).anchors.all) == 1


def test_chain_cut_before_its_anchor_is_found(copy: Copy, hospital: Hospital) -> None:
    [[number]] = copy.connection.execute("SELECT max(link_number) FROM audit_anchors")
    copy.connection.execute("DELETE FROM audit_links WHERE number >= ?", (number,))
    with pytest.raises(ChainBroken, match="its end was cut off"):
        verified(copy.path, hospital)


def test_old_event_without_a_link_is_found(copy: Copy, hospital: Hospital) -> None:
    [[id_]] = copy.connection.execute("SELECT min(id) - 1 FROM audit_events")
    [row] = copy.connection.execute("SELECT * FROM audit_events WHERE id = ?", (copy.random_link()[1],))
    copy.connection.execute(
        f"INSERT INTO audit_events VALUES ({','.join('?' * len(row))})", (id_, "2026-01-01T00:00:00Z", *row[2:])
    )
    with pytest.raises(ChainBroken, match=f"Event {id_} has no link"):
        verified(copy.path, hospital)


def test_link_from_forked_chain_is_rejected(copy: Copy, hospital: Hospital) -> None:
    """A restored backup that ran separately made links with the hospital's key, but over other links."""
    keys, (number, event) = ChainKeys([hospital.secret]), copy.random_link()
    copy.connection.execute("UPDATE audit_events SET account_id = 4711 WHERE id = ?", (event,))
    [row] = copy.connection.execute("SELECT * FROM audit_events WHERE id = ?", (event,))
    patients = [id_ for (id_,) in copy.connection.execute("SELECT patient_id FROM audit_patients WHERE event_id = ?", (event,))]
    mac = keys.mac(keys.newest, hashlib.sha256(b"the previous link in the fork").digest(), number, row, patients)
    copy.connection.execute("UPDATE audit_links SET mac = ? WHERE number = ?", (mac, number))
    with pytest.raises(ChainBroken, match="does not match its link"):
        verified(copy.path, hospital)


def test_older_secrets_verify_and_other_secrets_do_not(trail: Path, hospital: Hospital) -> None:
    url, newer = f"sqlite:///{trail}", "n" * 40
    verify(url, ChainKeys([newer, hospital.secret]), None, lambda done, total: None)
    with pytest.raises(ChainBroken, match="a key that no secret in SECRET_KEY makes"):
        verify(url, ChainKeys([newer]), None, lambda done, total: None)


def test_audit_verify_command_reports_in_one_line(hospital: Hospital, trail: Path, copy: Copy, world: World) -> None:
    wait_until_chained(hospital)
    intact = hospital.careplus("audit", "verify")
    assert intact.returncode == 0, intact.stderr
    head = intact.stdout.strip().splitlines()[-1].rpartition(" ")[2]
    assert "events are unchanged" in intact.stdout
    assert hospital.careplus("audit", "verify", "--head", head).returncode == 0
    number = int(head.partition(":")[0])
    for anchored, message in ((f"{number}:{'0' * 64}", "differs from the anchored"), (f"{10**9}:{'0' * 64}", "cut off")):
        wrong = hospital.careplus("audit", "verify", "--head", anchored)
        assert (wrong.returncode, len(wrong.stderr.strip().splitlines())) == (1, 1)
        assert message in wrong.stderr
    assert hospital.careplus("audit", "verify", "--head", "7").returncode == 2
