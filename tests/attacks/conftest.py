"""A hospital of their own for tests that end processes and change everything once."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.gateway.conftest import gateway, gateway_of_tests, peer
from tests.hospital import ADMIN, Hospital, Person
from tests.world import World, build

__all__ = ["gateway", "gateway_of_tests", "peer"]

DYING = Path(__file__).parent / "dying"


@contextmanager
def world_of_mortals(folder: Path) -> Iterator[World]:
    """One of everything, in processes that die between commit and answer when they are told to."""
    hospital = Hospital(folder)
    before = hospital.environment.get("PYTHONPATH")
    hospital.extra["PYTHONPATH"] = f"{DYING}:{before}" if before else str(DYING)
    hospital.extra["DIES_IN"] = str(hospital.data)
    with hospital.running_with_admin(), build(hospital, hospital.sign_in(ADMIN)) as world:
        yield world


@pytest.fixture(scope="package")
def mortal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with world_of_mortals(tmp_path_factory.mktemp("mortal")) as world:
        yield world


@pytest.fixture
def another_mortal(tmp_path: Path) -> Iterator[World]:
    """For those who do everything that can be done but once."""
    with world_of_mortals(tmp_path) as world:
        yield world


@pytest.fixture
def people(mortal: World) -> dict[str, Person]:
    return mortal.people
