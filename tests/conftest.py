"""What many tests share: a running hospital with one of everything in it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.hospital import ADMIN, Hospital, Person
from tests.world import World, build

LONGEST = ("openapi/test_fuzz.py", "cli/test_commands.py", "cli/test_run.py", "browser/test_page_sweep.py")


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Browser tests have a process of their own: after them, tests that are coroutines would find a loop that runs."""
    is_asked_for = any("browser" in argument for argument in config.args)
    return True if collection_path.name == "browser" and not is_asked_for else None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes longest comes first, so that no worker is left alone with it at the end."""
    items.sort(key=lambda item: not item.path.as_posix().endswith(LONGEST))


@pytest.fixture(scope="session")
def hospital(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hospital]:
    """An empty hospital with an administrator, all processes running."""
    with Hospital(tmp_path_factory.mktemp("hospital")).founded() as running:
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
