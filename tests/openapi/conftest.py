"""A separate hospital for tests that send random requests, so that their changes affect no other test."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.hospital import ADMIN, Hospital, free_times
from tests.world import World, build, made


@pytest.fixture(scope="package")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with populated_world(tmp_path_factory.mktemp("sandbox")) as world:
        yield world


@contextmanager
def populated_world(folder: Path) -> Iterator[World]:
    """Yield a hospital with one record of each kind, and enough visits and bookings for second pages and cancellations."""
    hospital = Hospital(folder)
    with hospital.running_with_admin(), build(hospital, hospital.sign_in(ADMIN)) as world:
        add_visits_and_bookings(world)
        # examples deactivate a doctor and a test: use other ones than the bookings do
        world.ids.update(doctor_id=world.people["other_doctor"].id, code="HBA1C")
        yield world


def add_visits_and_bookings(world: World) -> None:
    patient, doctor_id = world.people["patient"].http, world.people["doctor"].id
    times = free_times(patient, doctor_id, days=10)[50:]
    for starts_at in times[:4]:
        made(patient.post("/api/appointments", json={"doctor_id": doctor_id, "starts_at": starts_at.isoformat()}))
    slots = patient.get("/api/labs/slots", params={"day": times[100].date().isoformat()}).json()["items"]
    for slot in slots[:4]:
        made(patient.post("/api/labs/bookings", json={"test_codes": ["CBC", "LIPID"], "starts_at": slot["starts_at"]}))
