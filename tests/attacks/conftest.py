"""Hospitals for tests that kill processes and perform every act."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.gateway.conftest import gateway, gateway_of_tests, upstream
from tests.hospital import ADMIN, Hospital, Person
from tests.world import World, build

__all__ = ["gateway", "gateway_of_tests", "upstream"]

KILLING = Path(__file__).parent / "killing"


@contextmanager
def killable_world(folder: Path) -> Iterator[World]:
    """Yield a world with processes that kill themselves between commit and answer when a file in KILL_ORDERS asks for it."""
    hospital = Hospital(folder)
    before = hospital.environment.get("PYTHONPATH")
    hospital.extra["PYTHONPATH"] = f"{KILLING}:{before}" if before else str(KILLING)
    hospital.extra["KILL_ORDERS"] = str(hospital.data)
    with hospital.running_with_admin(), build(hospital, hospital.sign_in(ADMIN)) as world:
        yield world


@pytest.fixture(scope="package")
def killable(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with killable_world(tmp_path_factory.mktemp("killable")) as world:
        yield world


@pytest.fixture
def new_killable(tmp_path: Path) -> Iterator[World]:
    """Yield a world for one test, for acts that can be done once."""
    with killable_world(tmp_path) as world:
        yield world


@pytest.fixture
def people(killable: World) -> dict[str, Person]:
    return killable.people
