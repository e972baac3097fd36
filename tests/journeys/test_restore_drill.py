"""The restore drill, on both databases: back up while people write, destroy the database, restore, and work on."""

import itertools
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from tests import databases, postgresql
from tests.hospital import Hospital, Person, free_times

WRITERS = 3
DEMO_PASSWORD = "demo-hospital-1"
TITLES = "SELECT title FROM note_templates WHERE title LIKE 'Drill %'"


class Drill:
    """A demo hospital on one kind of database, with backups that a passphrase encrypts."""

    def __init__(self, folder: Path, kind: str) -> None:
        self.kind = kind
        self.folder = folder / "backups"
        settings = {"FOLDER": str(self.folder), "ENCRYPTION": "passphrase", "PASSPHRASE": "correct horse battery staple"}
        self.hospital = Hospital(folder, extra={f"CAREPLUS_BACKUP_{name}": value for name, value in settings.items()})
        file = f"sqlite:///{folder}/careplus.db"
        self.hospital.extra["DATABASE_URL"] = file if kind == "sqlite" else self.new_database("hospital")

    def new_database(self, name: str) -> str:
        return postgresql.new_database(postgresql.server(), f"drill_{name}_{self.hospital.port}")

    def destroy(self) -> None:
        """Delete the file, or leave the database for a new and empty one."""
        if self.kind == "sqlite":
            (self.hospital.data / "careplus.db").unlink()
        else:
            self.hospital.extra["DATABASE_URL"] = self.new_database("restored")

    def titles(self) -> set[str]:
        return {title for (title,) in databases.query(self.hospital.database, TITLES)}


@pytest.fixture(params=databases.KINDS)
def drill(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Drill]:
    prepared = Drill(tmp_path, request.param)
    filled = prepared.hospital.careplus("demo", "--doctors", "3", "--patients", "100", "--appointments", "300")
    assert filled.returncode == 0, filled.stderr
    yield prepared
    prepared.hospital.stop()


def test_restored_hospital_has_every_write_before_the_backup(drill: Drill) -> None:
    hospital, acknowledged, stopping = drill.hospital, list[str](), threading.Event()

    def write(doctor: Person, writer: int) -> None:
        for number in itertools.count():
            if stopping.is_set():
                return
            title = f"Drill {writer} {number}"
            body = {"kind": "block", "title": title, "text": "Text"}
            assert doctor.http.post("/api/doctor/note-templates", json=body).status_code == 201
            acknowledged.append(title)

    hospital.start("--demo")
    doctor = hospital.sign_in("osei@demo.example", DEMO_PASSWORD)
    with closing(doctor.http), ThreadPoolExecutor(WRITERS) as writers:
        works = [writers.submit(write, doctor, writer) for writer in range(WRITERS)]
        try:
            while len(acknowledged) < 20:
                assert not any(work.done() for work in works), [work.exception(0) for work in works if work.done()]
                stopping.wait(0.05)
            before = set(acknowledged)
            made = hospital.careplus("backup")
            after = len(acknowledged)
        finally:
            stopping.set()
    assert [work.exception() for work in works] == [None] * WRITERS
    assert made.returncode == 0, made.stderr
    assert after > len(before), "nothing was written during the backup"
    hospital.stop()
    lost = set(acknowledged)
    drill.destroy()
    [file] = drill.folder.iterdir()
    restored = hospital.careplus("restore", str(file), "--reason", "Drill of the restore")
    assert restored.returncode == 0, restored.stderr
    assert "Accepted the restored head" in restored.stdout

    found = drill.titles()
    assert before <= found <= lost
    for writer in range(WRITERS):
        numbers = sorted(int(title.split()[2]) for title in found if title.split()[1] == str(writer))
        assert numbers == list(range(len(numbers))), "the copy has a gap"

    hospital.start("--demo")
    patient = hospital.sign_in("pat@demo.example", DEMO_PASSWORD)
    with closing(patient.http) as http:
        starts_at = free_times(http, doctor.id, days=14)[-1].isoformat()
        booked = http.post("/api/appointments", json={"doctor_id": doctor.id, "starts_at": starts_at, "reason": "Drill"})
        assert booked.status_code == 201, booked.text
    hospital.stop()
    verified = hospital.careplus("audit", "verify")
    assert verified.returncode == 0, verified.stderr
    assert "Drill of the restore" in verified.stdout
