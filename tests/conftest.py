"""Shared fixtures: a running hospital, and a `world` with one record of each kind in it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.hospital import ADMIN, Hospital, Person
from tests.world import World, build

CLOCK_FOLDERS = {"appointments", "doctors", "journeys", "labs"}
"""Folders of tests that compute with the clinic's calendar; other files mark their tests `clock` themselves."""
LONGEST = ("openapi/test_fuzz.py", "cli/test_commands.py", "cli/test_run.py", "browser/test_page_sweep.py")


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Collect browser tests only when asked for: their event loop would break async tests in the same process."""
    is_asked_for = any("browser" in argument for argument in config.args)
    return True if collection_path.name == "browser" and not is_asked_for else None


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark time-bound folders, and start the longest files first, so that no worker ends alone with one."""
    for item in items:
        if item.path.parent.name in CLOCK_FOLDERS:
            item.add_marker("clock")
    items.sort(key=lambda item: not item.path.as_posix().endswith(LONGEST))


@pytest.fixture(scope="session")
def hospital(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hospital]:
    """Run an empty hospital with an administrator."""
    with Hospital(tmp_path_factory.mktemp("hospital")).running_with_admin() as running:
        yield running


@pytest.fixture(scope="session")
def admin(hospital: Hospital) -> Iterator[Person]:
    person = hospital.sign_in(ADMIN)
    yield person
    person.http.close()


@pytest.fixture(scope="session")
def world(hospital: Hospital, admin: Person) -> Iterator[World]:
    with build(hospital, admin) as built:
        yield built


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path
