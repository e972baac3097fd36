"""One critical potassium from its order to its correction: doctor, laboratory and patient, with the presses of each."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser import care
from tests.browser.conftest import Clicks, Figure, RolePage
from tests.browser.people import People

pytestmark = pytest.mark.clock

NAME, PHONE = "Kaja Kalium", "+49 30 5550 4712"
ACTION = "Called her in: ECG normal, potassium repeated."
COMMENT = "Your potassium is very high. Come to the emergency department today."
REASON = "The value was typed wrongly: 7.4 instead of 4.7."


@pytest.fixture
def doctor(people: People) -> str:
    """Return the name of a new doctor for this journey."""
    return people.new_doctor()


@pytest.fixture
def patient(people: People, doctor: str) -> str:
    """Return the name of a new patient in the care of `doctor`."""
    name = people.new_patient(NAME, phone=PHONE, date_of_birth="1961-04-03", sex="female")
    care.visit(people[name], people[doctor])
    return name


def test_critical_value_is_answered_then_corrected(
    people: People, patient: str, doctor: str, role_page: RolePage, clicks: Clicks, figure: Figure
) -> None:
    physician, lab = role_page(doctor), role_page("lab")
    order_stat(physician, people[patient].id)
    (booking,) = people[patient].http.get("/api/labs/bookings").json()["items"]
    (specimen,) = booking["specimens"]
    measure(lab, specimen["accession"])
    note_attempt(lab)
    physician.goto("/doctor")
    answer_and_release(physician)
    correct(lab, specimen["accession"])
    read_correction(physician)
    reader = role_page(patient)
    read_as_patient(reader)
    presses = {role: clicks(page) for role, page in (("doctor", physician), ("laboratory", lab), ("patient", reader))}
    figure("28 a critical value, corrected", ", ".join(f"{role} {count} presses" for role, count in presses.items()))


def order_stat(page: Page, patient_id: int) -> None:
    page.goto(f"/doctor/patients/{patient_id}")
    page.get_by_role("link", name="Order tests").click()
    page.get_by_label("Search tests").fill("LYTES")
    expect(page.get_by_text("1 test found")).to_be_visible()
    page.keyboard.press("Enter")
    page.get_by_role("radio", name="STAT").check()
    page.get_by_role("button", name="Order tests").click()
    expect(page.get_by_text("The tests are ordered.")).to_be_visible()


def scan(page: Page, number: str) -> None:
    expect(page.get_by_label("Scan or search")).to_be_focused()
    page.keyboard.type(number)
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/lab/\d+$"))


def measure(page: Page, accession: str) -> None:
    page.goto("/lab")
    scan(page, accession)
    page.get_by_role("button", name="Specimen collected").click()
    page.get_by_role("button", name="Receive in the laboratory").click()
    expect(page.locator(".value-field").first).to_be_focused()
    # sodium is empty
    page.keyboard.press("Enter")
    expect(page.get_by_label("Potassium", exact=True)).to_be_focused()
    page.keyboard.type("7,4")
    for _ in range(3):
        page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Potassium: 7.4 mmol/L")
    dialog.get_by_role("button", name="Yes, save").click()
    expect(page.get_by_text("The values are saved.")).to_be_visible()
    page.get_by_role("button", name="Verify Electrolytes").click()
    expect(page.get_by_text("This critical value has no answer yet.")).to_be_visible()


def note_attempt(page: Page) -> None:
    page.get_by_role("main").get_by_role("link", name="Worklist").first.click()
    tab = page.get_by_role("navigation", name="Bookings by status").get_by_role("link").first
    expect(tab).to_contain_text("Critical")
    tab.click()
    row = page.get_by_role("row").filter(has_text=NAME)
    expect(row).to_contain_text("Potassium 7.4 mmol/L")
    row.get_by_role("link", name="Note a call").click()
    page.get_by_label("Nobody reached").check()
    page.get_by_role("button", name="Save call").click()
    expect(page.get_by_role("main")).to_contain_text("and reached no person")


def band(page: Page) -> Locator:
    return page.get_by_role("region", name="Critical results")


def answer_and_release(page: Page) -> None:
    expect(band(page)).to_contain_text("Potassium 7.4 mmol/L")
    band(page).get_by_role("link", name="Open and answer").click()
    expect(page.get_by_role("main")).to_contain_text("reached no person")
    page.get_by_label("What did you do?").fill(ACTION)
    page.get_by_role("button", name="Save answer").click()
    expect(page.get_by_role("status").filter(has_text="Answered by")).to_be_focused()
    expect(band(page)).to_have_count(0)
    page.get_by_role("main").get_by_role("link", name="Results to review").click()
    page.locator("summary").filter(has_text="Potassium").click()
    page.get_by_label("Comment for the patient").fill(COMMENT)
    page.get_by_role("button", name="Release to patient").click()
    expect(page.get_by_text(f"is released to {NAME}")).to_be_visible()


def correct(page: Page, accession: str) -> None:
    page.goto("/lab")
    scan(page, accession)
    page.get_by_role("button", name="Correct this result").click()
    page.get_by_label("Potassium", exact=True).fill("4.7")
    page.get_by_label("Reason for the correction").fill(REASON)
    page.get_by_role("button", name="Save correction").click()
    expect(page.get_by_text("is corrected.")).to_be_visible()


def read_correction(page: Page) -> None:
    page.goto("/doctor")
    page.get_by_role("link", name="1 result to review").click()
    summary = page.locator("summary").filter(has_text="Potassium")
    expect(summary).to_contain_text("Corrected")
    summary.click()
    box = page.locator(".corrected")
    expect(box).to_contain_text(REASON)
    expect(box).to_contain_text("7.4 mmol/L")
    page.get_by_role("button", name="Mark as seen").click()
    expect(page.get_by_text("All reviewed.")).to_be_visible()
    page.get_by_role("link", name="See reviewed results").click()
    page.locator("summary").filter(has_text="Potassium").click()
    page.get_by_role("link", name="Answers and calls about this critical value").click()
    expect(page.get_by_role("main")).to_contain_text("No value is critical now.")
    expect(page.get_by_role("main")).to_contain_text(ACTION)


def read_as_patient(page: Page) -> None:
    page.goto("/home")
    page.get_by_role("link", name=re.compile("^Corrected result: ")).click()
    expect(page.get_by_text(f"The laboratory corrected this result: {REASON}", exact=True)).to_be_visible()
    expect(page.get_by_role("main")).to_contain_text("4.7 mmol/L")
    expect(page.get_by_text(COMMENT)).to_have_count(0)
    page.locator("summary", has_text="Earlier values").click()
    expect(page.locator(".corrected")).to_contain_text("7.4 mmol/L")
    expect(page.locator(".corrected")).to_contain_text("This no longer holds.")
