"""The red band of critical results on every page of the responsible doctor, and the laboratory's list of them."""

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser import care, measures
from tests.browser.conftest import RolePage
from tests.browser.measures import settled, tab_to
from tests.browser.people import People

PHONE = "+49 30 5550 4711"
ACTION = "Called her in; ECG and repeat now"


@pytest.fixture
def doctor(people: People) -> str:
    """Return the name of a new doctor for one test."""
    return people.new_doctor()


@pytest.fixture
def patient(people: People, doctor: str) -> str:
    """Return the name of a new patient in the care of `doctor`."""
    name = people.new_patient("Cara Critical", phone=PHONE)
    care.visit(people[name], people[doctor])
    return name


def verify(people: People, patient: str, doctor: str) -> int:
    return int(care.critical_result(people[patient], people[doctor], people["lab"])["id"])


def band(page: Page) -> Locator:
    return page.get_by_role("region", name="Critical results")


def test_verified_result_reaches_open_page_in_a_minute(people: People, patient: str, doctor: str, role_page: RolePage) -> None:
    page, stranger = role_page(doctor), role_page("dr_b")
    page.clock.install()
    page.goto("/doctor/patients")
    settled(page)
    stranger.goto("/doctor")
    expect(band(page)).to_have_count(0)
    # the band has asked once, and is polling
    page.wait_for_load_state("networkidle")
    verify(people, patient, doctor)
    page.clock.fast_forward("00:59")
    expect(band(page)).to_contain_text("1 critical result waits for you")
    expect(band(page)).to_contain_text("Potassium 7.4 mmol/L")
    expect(band(page).get_by_role("link", name=PHONE)).to_have_attribute("href", "tel:+493055504711")
    verify(people, patient, doctor)
    page.clock.fast_forward("00:59")
    expect(band(page).get_by_role("listitem")).to_have_count(2)
    for path in ("/doctor/week", "/security", "/help"):
        page.goto(path)
        expect(band(page).get_by_role("listitem")).to_have_count(2)
    settled(stranger)
    expect(band(stranger)).to_have_count(0)


def test_doctor_acknowledges_by_keyboard(people: People, patient: str, doctor: str, role_page: RolePage) -> None:
    result_id = verify(people, patient, doctor)
    page = role_page(doctor)
    page.goto("/doctor")
    expect(band(page)).to_be_visible()
    settled(page)
    tab_to(page, band(page).get_by_role("link", name="Open and answer"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1, name="Critical result")).to_be_focused()
    settled(page)
    tab_to(page, page.get_by_label("What did you do?"))
    page.keyboard.type(ACTION)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").filter(has_text="Answered by")).to_be_focused()
    expect(page.get_by_role("main")).to_contain_text(ACTION)
    expect(band(page)).to_have_count(0)
    assert people[doctor].http.get("/api/doctor/critical-results").json()["items"] == []
    assert people["lab"].http.get(f"/api/labs/critical/{result_id}").json()["communications"][0]["text"] == ACTION


def test_empty_or_late_answer_says_why(
    people: People, patient: str, doctor: str, role_page: RolePage, expected: list[str]
) -> None:
    expected.append("412 .*/api/doctor/critical-results/")
    result_id = verify(people, patient, doctor)
    page = role_page(doctor)
    page.goto(f"/doctor/critical/{result_id}")
    page.get_by_role("button", name="Save answer").click()
    expect(page.get_by_role("alert")).to_contain_text("Write what you did for the patient.")
    # another page answered meanwhile
    body = {"action": "Answered elsewhere"}
    people[doctor].http.put(f"/api/doctor/critical-results/{result_id}", json=body).raise_for_status()
    page.get_by_label("What did you do?").fill(ACTION)
    page.get_by_role("button", name="Save answer").click()
    expect(page.get_by_role("main")).to_contain_text("Answered elsewhere")


def test_band_fits_narrow_screens_and_both_themes(people: People, patient: str, doctor: str, role_page: RolePage) -> None:
    for _ in range(4):
        verify(people, patient, doctor)
    page = role_page(doctor)
    page.goto("/doctor/results")
    expect(band(page).get_by_role("listitem")).to_have_count(4)
    settled(page)
    found = [
        f"{look}: {problem}"
        for look in measures.in_looks(page, measures.OPPOSITE + measures.BETWEEN)
        for problem in [*measures.axe(page), *measures.sideways(page), *measures.small_targets(page)]
    ]
    assert not found, "\n".join(found)
    measures.resize(page, min(measures.WIDTHS))
    # half of the screen stays for the page
    box = page.locator(".critical-band").bounding_box()
    assert box is not None
    assert box["height"] <= measures.HEIGHT / 2
    page.evaluate("() => scrollTo(0, document.documentElement.scrollHeight)")
    footer, fixed = (page.locator(one).bounding_box() for one in ("footer", ".critical-band"))
    assert footer
    assert fixed
    assert footer["y"] + footer["height"] <= fixed["y"] + 1, "the band hides no part of the footer for good"


def test_laboratory_notes_a_call(people: People, patient: str, doctor: str, role_page: RolePage) -> None:
    verify(people, patient, doctor)
    page = role_page("lab")
    page.goto("/lab")
    tab = page.get_by_role("navigation", name="Bookings by status").get_by_role("link").first
    expect(tab).to_contain_text("Critical")
    tab.click()
    row = page.get_by_role("row").filter(has_text="Cara Critical").last
    expect(row).to_contain_text("Potassium 7.4 mmol/L")
    expect(row.get_by_role("link", name=PHONE)).to_be_visible()
    row.get_by_role("link", name="Note a call").click()
    page.get_by_label("Nobody reached").check()
    page.get_by_role("button", name="Save call").click()
    expect(page.get_by_role("main")).to_contain_text("and reached no person")
    expect(page.get_by_role("status").filter(has_text="Open since")).to_contain_text(
        "The doctor who ordered the test has to answer"
    )
    page.get_by_role("button", name="Save call").click()
    expect(page.get_by_role("alert")).to_contain_text("Choose how the call ended.")
    page.get_by_label("read name and value back").check()
    page.get_by_role("button", name="Save call").click()
    expect(page.get_by_role("status").filter(has_text="Answered by Lea Labor")).to_be_focused()
    assert people[doctor].http.get("/api/doctor/critical-results").json()["items"] == []
