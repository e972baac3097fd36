"""Shared fixtures: a running hospital, and a `world` with one record of each kind in it."""

import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests import postgresql
from tests.hospital import ADMIN, Hospital, Person
from tests.scheduling import scheduler
from tests.world import World, build

CLOCK_FOLDERS = {"appointments", "doctors", "journeys", "labs"}
"""Folders of tests that compute with the clinic's calendar; other files mark their tests `clock` themselves."""
STARTERS = {"Gateway", "Hospital", "World"}
"""Test files that import one of these start processes."""
LONGEST = (
    "openapi/test_fuzz.py",
    "cli/test_commands.py",
    "cli/test_run.py",
    "tests/test_every_list.py",
    "openapi/test_odd_bodies.py",
    "journeys/test_storms.py",
    "auth/test_mail_delivery.py",
    "attacks/test_text_injection.py",
    "client/test_packages.py",
    "browser/test_page_sweep.py",
)


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Collect browser tests only when asked for: their event loop would break async tests in the same process."""
    is_asked_for = any("browser" in argument for argument in config.args)
    return True if collection_path.name == "browser" and not is_asked_for else None


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--changed-first", action="store_true", help="start with the tests of packages that git says are changed")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item], config: pytest.Config) -> None:
    """Mark tests by folder and fixtures, and start the longest files first, so that no worker ends alone with one."""
    for item in items:
        if item.path.parent.name in CLOCK_FOLDERS:
            item.add_marker("clock")
        if isinstance(item, pytest.Function) and not STARTERS.isdisjoint(vars(item.module)):
            item.add_marker("process")
    items.sort(key=lambda item: not item.path.as_posix().endswith(LONGEST))
    if config.getoption("changed_first"):
        changed = changed_packages(config.rootpath)
        items.sort(key=lambda item: changed.isdisjoint(item.path.relative_to(config.rootpath).parts))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    return scheduler(config, log) if config.getoption("dist") == "loadfile" else None


def pytest_sessionfinish() -> None:
    postgresql.stop()


def changed_packages(root: Path) -> set[str]:
    """Return the names of packages and test folders with files that differ from the last commit, or differ in it if none do.

    `libs/clinic/...` and `tests/clinic/...` are both `clinic`; `tests/clinic/test_x.py` is also `test_x.py`.
    """
    for arguments in (("status", "--porcelain", "--untracked-files=all", "-z"), ("show", "--name-only", "--format=", "-z")):
        command = ["git", *arguments]
        done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
        paths = [Path(line[3:] if arguments[0] == "status" else line) for line in done.stdout.split("\0") if line]
        if paths:
            return {part for path in paths for part in (*path.parts[1:2], path.name)}
    return set()


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


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    """Yield the URL of a PostgreSQL server, on which each test makes databases of its own."""
    with postgresql.postgresql() as url:
        yield url


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path
