"""A hospital of their own for tests that send anything at all: what they leave behind is nobody else's."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.hospital import ADMIN, Hospital, free_times
from tests.world import World, build, made


@pytest.fixture(scope="package")
def shaken(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with furnished(tmp_path_factory.mktemp("shaken")) as world:
        yield world


@contextmanager
def furnished(folder: Path) -> Iterator[World]:
    """One of everything, and enough visits and bookings that lists have a second page and some can be cancelled."""
    hospital = Hospital(folder)
    with hospital.running_with_admin(), build(hospital, hospital.sign_in(ADMIN)) as world:
        furnish(world)
        # examples take a doctor and a test out of booking; not those that bookings are tried with
        world.ids.update(doctor_id=world.people["other_doctor"].id, code="HBA1C")
        yield world


def furnish(world: World) -> None:
    patient, doctor_id = world.people["patient"].http, world.people["doctor"].id
    times = free_times(patient, doctor_id, days=10)[50:]
    for starts_at in times[:4]:
        made(patient.post("/api/appointments", json={"doctor_id": doctor_id, "starts_at": starts_at.isoformat()}))
    slots = patient.get("/api/labs/slots", params={"day": times[100].date().isoformat()}).json()["items"]
    for slot in slots[:4]:
        made(patient.post("/api/labs/bookings", json={"test_codes": ["CBC", "LIPID"], "starts_at": slot["starts_at"]}))
