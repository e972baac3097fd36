"""Eight ways to tamper with the file without the key; verification finds each."""

import hashlib
import random
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pysqlite3
import pytest

from bench.trail import EVENTS, fill
from careplus_auth.chain import SealingKeys
from careplus_auth.store.seals import Head
from careplus_cli.verifying import Broken, Sound, verify
from tests.audit.trail import TABLES, wait_until_sealed
from tests.hospital import Hospital
from tests.world import World

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
"""Two values of columns that do not take any text."""


@dataclass
class Copy:
    """A copy of the hospital's file without its triggers."""

    path: Path
    connection: pysqlite3.Connection
    chance: random.Random

    def links(self) -> list[tuple[int, int]]:
        """Numbers and events, in order."""
        return list(self.connection.execute("SELECT number, event_id FROM audit_seals ORDER BY number"))

    def some(self) -> tuple[int, int]:
        return self.chance.choice(self.links())


@pytest.fixture(scope="module")
def sealed(world: World, hospital: Hospital, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a copy of the trail that real requests wrote."""
    wait_until_sealed(hospital)
    path: Path = tmp_path_factory.mktemp("sealed") / "careplus.db"
    connection = pysqlite3.connect(hospital.data / "careplus.db", timeout=30)
    connection.execute("VACUUM INTO ?", (str(path),))
    connection.close()
    return path


@pytest.fixture
def copy(sealed: Path, tmp_path: Path) -> Iterator[Copy]:
    path = tmp_path / "careplus.db"
    shutil.copy(sealed, path)
    connection = pysqlite3.connect(path, isolation_level=None)
    for verb in ("update", "delete", "insert"):
        for table in TABLES:
            connection.execute(f"DROP TRIGGER {verb}_{table}")
    yield Copy(path, connection, random.Random(1))
    connection.close()


def checked(path: Path, hospital: Hospital, anchored: Head | None = None) -> Sound:
    return verify(f"sqlite:///{path}", SealingKeys([hospital.secret]), anchored, lambda done, total: None)


def test_it_says_how_far_it_is(sealed: Path, hospital: Hospital) -> None:
    said: list[tuple[int, int]] = []
    found = verify(f"sqlite:///{sealed}", SealingKeys([hospital.secret]), None, lambda *how_far: said.append(how_far))
    assert said[-1] == (found.head.number, found.head.number)
    assert said == sorted(said)


@pytest.mark.attack
def test_a_million_events_take_fifteen_seconds(tmp_path: Path) -> None:
    hospital = Hospital(tmp_path)
    assert hospital.careplus("migrate").returncode == 0
    fill(tmp_path / "careplus.db", SealingKeys([hospital.secret]))
    began = time.perf_counter()
    command = [sys.executable, "-m", "careplus_cli", "audit", "verify"]
    environment = {**hospital.environment, "FORCE_COLOR": "1"}
    ran = subprocess.run(command, env=environment, cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False)
    assert time.perf_counter() - began <= 15
    assert f"{EVENTS:,} events are as they were written" in ran.stdout
    assert "Checking seals" in ran.stderr, "the bar"


def edit(copy: Copy) -> None:
    _, event = copy.some()
    column = copy.chance.choice(COLUMNS)
    one, other = LEGAL.get(column, ("something else", "something new"))
    changed = f"UPDATE audit_events SET {column} = CASE WHEN {column} IS ? THEN ? ELSE ? END WHERE id = ?"
    copy.connection.execute(changed, (one, other, one, event))


def edit_whom_it_concerns(copy: Copy) -> None:
    [[event, patient]] = copy.connection.execute("SELECT * FROM audit_patients ORDER BY random() LIMIT 1")
    if copy.chance.random() < 0.5:
        copy.connection.execute("DELETE FROM audit_patients WHERE event_id = ? AND patient_id = ?", (event, patient))
    else:
        put_in = "UPDATE audit_patients SET patient_id = 4711 WHERE event_id = ? AND patient_id = ?"
        copy.connection.execute(put_in, (event, patient))


def edit_and_recompute(copy: Copy) -> None:
    number, event = copy.some()
    copy.connection.execute("UPDATE audit_events SET account_id = 4711 WHERE id = ?", (event,))
    reseal(copy, number)


def reseal(copy: Copy, first: int) -> None:
    """All that can be done without the key: the right form, with a key of one's own under the name of the house's."""
    own = SealingKeys(["x" * 40])
    before = copy.connection.execute("SELECT mac FROM audit_seals WHERE number = ?", (first - 1,)).fetchone()
    mac = before[0] if before else bytes(32)
    for number, event in copy.links():
        if number >= first:
            [row] = copy.connection.execute("SELECT * FROM audit_events WHERE id = ?", (event,))
            patients = copy.connection.execute("SELECT patient_id FROM audit_patients WHERE event_id = ?", (event,))
            mac = own.mac(own.newest, mac, number, row, [patient for (patient,) in patients])
            copy.connection.execute("UPDATE audit_seals SET mac = ? WHERE number = ?", (mac, number))


def delete(copy: Copy) -> None:
    number, event = copy.chance.choice(copy.links()[:-1])
    copy.connection.execute("DELETE FROM audit_seals WHERE number = ?", (number,))
    copy.connection.execute("DELETE FROM audit_patients WHERE event_id = ?", (event,))
    copy.connection.execute("DELETE FROM audit_events WHERE id = ?", (event,))


def delete_and_renumber(copy: Copy) -> None:
    before = copy.links()
    delete(copy)
    [gone] = set(before) - set(copy.links())
    for number, _ in copy.links():
        if number > gone[0]:
            copy.connection.execute("UPDATE audit_seals SET number = ? WHERE number = ?", (number - 1, number))


def swap(copy: Copy) -> None:
    (_, one), (_, other) = copy.chance.sample(copy.links(), 2)
    [first] = copy.connection.execute("SELECT * FROM audit_events WHERE id = ?", (one,))
    [second] = copy.connection.execute("SELECT * FROM audit_events WHERE id = ?", (other,))
    places = ", ".join(f"{column} = ?" for column in COLUMNS)
    for row, id_ in ((first, other), (second, one)):
        copy.connection.execute(f"UPDATE audit_events SET {places} WHERE id = ?", (*row[1:], id_))


def forge(copy: Copy) -> None:
    last, _ = copy.links()[-1]
    [row] = copy.connection.execute("SELECT * FROM audit_events WHERE id = ?", (copy.some()[1],))
    [[id_]] = copy.connection.execute("SELECT max(id) + 1 FROM audit_events")
    copy.connection.execute(f"INSERT INTO audit_events VALUES ({','.join('?' * len(row))})", (id_, *row[1:]))
    [[key]] = copy.connection.execute("SELECT key_id FROM audit_seals LIMIT 1")
    mac = hashlib.sha256(repr((last, row)).encode()).digest()
    copy.connection.execute("INSERT INTO audit_seals VALUES (?, ?, ?, ?)", (last + 1, id_, mac, key))


def truncate(copy: Copy) -> None:
    links = copy.links()
    for number, event in links[-copy.chance.randint(1, len(links) - 1) :]:
        copy.connection.execute("DELETE FROM audit_seals WHERE number = ?", (number,))
        copy.connection.execute("DELETE FROM audit_patients WHERE event_id = ?", (event,))
        copy.connection.execute("DELETE FROM audit_events WHERE id = ?", (event,))


TAMPERINGS: dict[Callable[[Copy], None], str] = {
    edit: "does not fit its seal",
    edit_whom_it_concerns: "does not fit its seal",
    edit_and_recompute: "does not fit its seal",
    delete: "of the chain is missing",
    delete_and_renumber: "does not fit its seal",
    swap: "does not fit its seal",
    forge: "does not fit its seal",
    truncate: "its end was cut off",
}


def tamper_and_look(tampering: Callable[[Copy], None], copy: Copy, sealed: Path, hospital: Hospital, times: int) -> None:
    anchored = checked(sealed, hospital).head
    assert anchored.number > 30
    for _ in range(times):
        tampering(copy)
        with pytest.raises(Broken, match=TAMPERINGS[tampering]):
            checked(copy.path, hospital, anchored)
        for table in TABLES:
            copy.connection.execute(f"DELETE FROM {table}")
        copy.connection.execute("ATTACH ? AS original", (str(sealed),))
        for table in TABLES:
            copy.connection.execute(f"INSERT INTO main.{table} SELECT * FROM original.{table}")
        copy.connection.execute("DETACH original")
    assert checked(copy.path, hospital, anchored).head == anchored, "as it was, it is sound"


@pytest.mark.parametrize("tampering", TAMPERINGS, ids=lambda one: one.__name__)
def test_tampering_is_found(tampering: Callable[[Copy], None], copy: Copy, sealed: Path, hospital: Hospital) -> None:
    tamper_and_look(tampering, copy, sealed, hospital, times=3)


@pytest.mark.attack
@pytest.mark.parametrize("tampering", TAMPERINGS, ids=lambda one: one.__name__)
def test_tampering_is_found_each_time(tampering: Callable[[Copy], None], copy: Copy, sealed: Path, hospital: Hospital) -> None:
    tamper_and_look(tampering, copy, sealed, hospital, times=100)


def test_without_an_anchored_head_a_cut_does_not_show(copy: Copy, hospital: Hospital) -> None:
    truncate(copy)
    checked(copy.path, hospital)


def test_an_old_event_without_a_seal_is_found(copy: Copy, hospital: Hospital) -> None:
    [[id_]] = copy.connection.execute("SELECT min(id) - 1 FROM audit_events")
    [row] = copy.connection.execute("SELECT * FROM audit_events WHERE id = ?", (copy.some()[1],))
    copy.connection.execute(
        f"INSERT INTO audit_events VALUES ({','.join('?' * len(row))})", (id_, "2026-01-01T00:00:00Z", *row[2:])
    )
    with pytest.raises(Broken, match=f"Event {id_} has no seal"):
        checked(copy.path, hospital)


def test_link_from_forked_chain_is_rejected(copy: Copy, hospital: Hospital) -> None:
    """A restored backup that went on by itself has seals of the house's own key; each covers all that came before it there."""
    keys, (number, event) = SealingKeys([hospital.secret]), copy.some()
    copy.connection.execute("UPDATE audit_events SET account_id = 4711 WHERE id = ?", (event,))
    [row] = copy.connection.execute("SELECT * FROM audit_events WHERE id = ?", (event,))
    patients = [id_ for (id_,) in copy.connection.execute("SELECT patient_id FROM audit_patients WHERE event_id = ?", (event,))]
    mac = keys.mac(keys.newest, hashlib.sha256(b"the seal before it there").digest(), number, row, patients)
    copy.connection.execute("UPDATE audit_seals SET mac = ? WHERE number = ?", (mac, number))
    with pytest.raises(Broken, match="does not fit its seal"):
        checked(copy.path, hospital)


def test_older_secrets_verify_and_strangers_do_not(sealed: Path, hospital: Hospital) -> None:
    url, newer = f"sqlite:///{sealed}", "n" * 40
    verify(url, SealingKeys([newer, hospital.secret]), None, lambda done, total: None)
    with pytest.raises(Broken, match="a key that no secret in SECRET_KEY makes"):
        verify(url, SealingKeys([newer]), None, lambda done, total: None)


def test_the_command_says_it_in_one_line(hospital: Hospital, sealed: Path, copy: Copy, world: World) -> None:
    wait_until_sealed(hospital)
    sound = hospital.careplus("audit", "verify")
    assert sound.returncode == 0, sound.stderr
    head = sound.stdout.strip().splitlines()[-1].rpartition(" ")[2]
    assert "events are as they were written" in sound.stdout
    assert hospital.careplus("audit", "verify", "--head", head).returncode == 0
    number = int(head.partition(":")[0])
    for anchored, complaint in ((f"{number}:{'0' * 64}", "not what was anchored"), (f"{10**9}:{'0' * 64}", "cut off")):
        wrong = hospital.careplus("audit", "verify", "--head", anchored)
        assert (wrong.returncode, len(wrong.stderr.strip().splitlines())) == (1, 1)
        assert complaint in wrong.stderr
    assert hospital.careplus("audit", "verify", "--head", "7").returncode == 2
