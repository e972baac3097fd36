"""A small disk for the data of a hospital, and the people of tests that fill it. Test files define the fixture `hospital`."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from tests.hospital import ADMIN, Hospital, Person

MIB = 2**20
DISK_MIB = 16
PATIENT = "pia@example.org"


@pytest.fixture(scope="module")
def disk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path | None]:
    """Mount a small disk for these tests; None without the permission to mount."""
    point = tmp_path_factory.mktemp("disk")
    mount = ["mount", "-t", "tmpfs", "-o", f"size={DISK_MIB}m,mode=700", "careplus-tests", str(point)]
    if os.geteuid() != 0 or subprocess.run(mount, capture_output=True, check=False).returncode != 0:
        yield None
        return
    yield point
    subprocess.run(["umount", "--lazy", str(point)], check=True)


@contextmanager
def hospital_on(data: Path | None, folder: Path, floor_mib: int) -> Iterator[Hospital]:
    """Run a hospital with its data on a disk, or in its folder, and its log in the folder."""
    running = Hospital(folder)
    running.extra |= {"CAREPLUS_DATA": str(data or folder), "CAREPLUS_DISK_FLOOR_MIB": str(floor_mib)}
    with running.running_with_admin():
        yield running


@pytest.fixture(scope="module")
def doctor(hospital: Hospital) -> Iterator[Person]:
    admin = hospital.sign_in(ADMIN)
    person = hospital.add_doctor(admin, "osei@example.org", "Dr Osei", "Cardiology")
    yield person
    admin.http.close()
    person.http.close()


@pytest.fixture(scope="module")
def patient(hospital: Hospital) -> Iterator[Person]:
    registered = hospital.register(PATIENT, "Pia Novak")
    yield registered
    registered.http.close()


@contextmanager
def filled(disk: Path, left_mib: int) -> Iterator[None]:
    """Fill a disk until so much is free; with 0 to the last byte."""
    ballast = disk / "ballast"
    with ballast.open("wb", buffering=0) as file:
        if left_mib:
            file.write(bytes(shutil.disk_usage(disk).free - left_mib * MIB))
        for size in () if left_mib else (MIB, 4096, 1):
            with suppress(OSError):
                while file.write(bytes(size)) == size:
                    pass
    try:
        yield
    finally:
        ballast.unlink()
