"""Page state is in the URL: it survives a reload, a bookmark and the Back button."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Page, expect

from tests.browser import care
from tests.browser.booking import times
from tests.browser.conftest import RolePage
from tests.browser.measures import settled
from tests.browser.people import People
from tests.browser.server_clock import set_server_clock
from tests.hospital import Person

pytestmark = pytest.mark.clock


def test_doctor_search_is_in_the_url(page: Page, people: People) -> None:
    page.goto("/")
    page.get_by_role("combobox", name="Name, specialty or complaint").fill("Cardiology")
    page.get_by_role("search").get_by_role("button", name="Search").click()
    expect(page).to_have_url(re.compile(r"/doctors\?q=Cardiology$"))
    expect(page.get_by_role("heading", name="Dr Ama Abel")).to_be_visible()
    expect(page.get_by_role("heading", name="Dr Ben Berg")).to_have_count(0)
    page.get_by_label("Language spoken").select_option(label="English")
    expect(page).to_have_url(re.compile("language=en"))
    page.reload()
    expect(page.get_by_label("Language spoken")).to_have_value("en")
    expect(page.get_by_role("combobox", name="Name, specialty or complaint")).to_have_value("Cardiology")
    page.get_by_role("link", name=re.compile("^More times of Dr Ama Abel")).click()
    expect(times(page).first).to_be_visible()
    page.go_back()
    expect(page.get_by_role("combobox", name="Name, specialty or complaint")).to_have_value("Cardiology")
    expect(page.get_by_label("Language spoken")).to_have_value("en")


def test_week_of_free_times_is_in_the_url(page: Page, doctor: Person) -> None:
    page.goto(f"/doctors/{doctor.id}")
    heading = page.get_by_role("heading", name="Free times")
    first = heading.inner_text()
    page.get_by_role("link", name="Later times").click()
    expect(heading).to_be_focused()
    later = heading.inner_text()
    assert later != first
    page.reload()
    expect(heading).to_have_text(later)
    page.go_back()
    expect(heading).to_have_text(first)
    expect(heading).to_be_focused()


@pytest.mark.parametrize(
    ("path", "tab", "words"),
    [
        ("/appointments", "Past", "You have no past appointments."),
        ("/prescriptions", "Past", "You have no past prescriptions."),
    ],
)
def test_list_tab_is_in_the_url(role_page: RolePage, patient: str, path: str, tab: str, words: str) -> None:
    page = role_page(patient)
    page.goto(path)
    page.get_by_role("main").get_by_role("link", name=tab, exact=True).click()
    expect(page.get_by_text(words)).to_be_visible()
    page.reload()
    expect(page.get_by_text(words)).to_be_visible()
    page.go_back()
    expect(page.get_by_text(words)).to_have_count(0)
    expect(page).to_have_url(re.compile(f"{path}$"))


def test_chosen_lab_tests_are_in_the_url(role_page: RolePage, patient: str) -> None:
    page = role_page(patient)
    page.goto("/labs")
    page.get_by_role("searchbox").fill("glucose")
    page.get_by_role("button", name="Search").click()
    page.get_by_role("main").get_by_role("listitem").get_by_role("link", name=re.compile("^Book")).first.click()
    page.get_by_role("link", name="Add another test").click()
    page.get_by_role("main").get_by_role("listitem").get_by_role("link", name=re.compile("^Add")).first.click()
    expect(page.get_by_role("link", name=re.compile("^Remove"))).to_have_count(2)
    bookmark = page.url
    page.goto("/home")
    page.goto(bookmark)
    expect(page.get_by_role("link", name=re.compile("^Remove"))).to_have_count(2)


def test_visit_page_works_on_the_next_day(role_page: RolePage, people: People, patient: str, doctor: Person) -> None:
    visit = care.visit(people[patient], doctor)
    page = role_page(patient)
    set_server_clock(page, datetime.now(UTC) + timedelta(days=1))
    page.goto(f"/appointments/{visit['id']}?new")
    expect(settled(page).get_by_text(visit["reference"]).first).to_be_visible()
    expect(page.get_by_role("link", name="Move", exact=True)).to_be_visible()
