"""Fixtures of browser tests: one browser, a real hospital with people, a demo hospital, and monitored pages."""

import re
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Browser, Page, StorageState

from tests.browser.chromium import executable, launch_chromium
from tests.browser.people import People, signed_in
from tests.browser.stack import Stack, demo_hospital, real_hospital
from tests.browser.tabs import Tab, open_tab, save_screenshot, tracing
from tests.hospital import Hospital, Person

CLINIC = ZoneInfo("Europe/Berlin")

FAILED = pytest.StashKey[bool]()

OpenPage = Callable[..., Page]
"""`open_page(origin, state, **options)`: a monitored page in a separate profile."""
RolePage = Callable[..., Page]
"""`role_page("doctor", at=stack.proxy_url)`: a monitored blank page with the session of that account."""
Clicks = Callable[[Page], int]
Figure = Callable[[str, str], None]
"""`figure("double click", "1 record")` records a measurement, listed after all tests."""


def pytest_ignore_collect(collection_path: Path) -> bool | None:
    """Collect only test_chromium.py when no browser is installed."""
    is_left_out = executable() is None and re.fullmatch(r"test_(?!chromium).*\.py", collection_path.name)
    return True if is_left_out else None


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if report.failed:
        item.stash[FAILED] = True
    return report


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    figures = [pair for report in terminalreporter.getreports("passed") for pair in report.user_properties]
    if figures:
        terminalreporter.section("measured")
    for name, value in figures:
        terminalreporter.write_line(f"{name}: {value}")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with launch_chromium() as running:
        yield running


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """Start a hospital without demo data; `people` creates its accounts."""
    with real_hospital(tmp_path_factory.mktemp("hospital")) as running:
        yield running


@pytest.fixture(scope="session")
def hospital(stack: Stack) -> Hospital:
    return stack.hospital


@pytest.fixture(scope="session")
def people(hospital: Hospital, admin: Person) -> Iterator[People]:
    built = People(hospital, admin)
    yield built
    built.close()


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hospital]:
    with demo_hospital(tmp_path_factory.mktemp("demo")) as running:
        yield running


@pytest.fixture
def expected() -> list[str]:
    """Patterns of console messages that a test expects, such as `"401 .*/auth/login"`; all others fail it."""
    return []


@pytest.fixture
def tabs() -> list[Tab]:
    return []


@pytest.fixture
def open_page(browser: Browser, request: pytest.FixtureRequest, expected: list[str], tabs: list[Tab]) -> Iterator[OpenPage]:
    test = re.sub(r"\W+", "-", request.node.name)
    with ExitStack() as closing:

        def open_page(origin: str, state: StorageState | None = None, **options: Any) -> Page:
            tab = closing.enter_context(open_tab(browser, origin, state, **options))
            if request.config.getoption("lf"):
                # only on reruns: a trace adds a tenth to a test's time
                closing.enter_context(tracing(tab, f"{test}-{len(tabs)}"))
            tabs.append(tab)
            return tab.page

        yield open_page
        if FAILED in request.node.stash:
            for number, tab in enumerate(tabs):
                save_screenshot(tab, f"{test}-{number}")
        problems = [problem for tab in tabs for problem in tab.monitor.unexpected(expected)]
    assert problems == []


@pytest.fixture
def page(open_page: OpenPage, hospital: Hospital) -> Page:
    """Return a blank page without a session."""
    return open_page(hospital.url)


@pytest.fixture
def role_page(open_page: OpenPage, hospital: Hospital, people: People) -> RolePage:
    def role_page(name: str, at: str | None = None, **options: Any) -> Page:
        return open_page(at or hospital.url, signed_in(hospital, people.email(name), at=at), **options)

    return role_page


@pytest.fixture
def doctor(people: People) -> Person:
    """Return a new doctor whose slots no other test books."""
    return people[people.new_doctor()]


@pytest.fixture
def patient(people: People) -> str:
    """Return the name of a new patient for one test."""
    return people.new_patient()


@pytest.fixture
def figure(record_property: Callable[[str, object], None]) -> Figure:
    return record_property


@pytest.fixture
def clicks(tabs: list[Tab]) -> Clicks:
    """Count the pointer presses on a page since it was open_tab."""

    def clicks(page: Page) -> int:
        (tab,) = [tab for tab in tabs if tab.page is page]
        # presses arrive before the answer to this
        page.evaluate("() => 0")
        return tab.presses

    return clicks


@pytest.fixture
def one_clinic_day() -> None:
    """Skip a test around midnight of the clinic: it needs visits before and after now on one day."""
    at = datetime.now(CLINIC)
    if (at - timedelta(hours=1)).date() != (at + timedelta(hours=1)).date():
        pytest.skip("it is midnight at the clinic, within an hour")
