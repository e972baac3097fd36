"""Two patients of one name, date of birth and sex are told apart on every page that finds them."""

import pytest
from playwright.sync_api import Locator, expect

from tests import databases
from tests.browser import care
from tests.browser.conftest import RolePage
from tests.browser.people import People

NAME, BORN, DAY = "Kim Zwilling", "1980-02-03", (("Day", "3"), ("Month", "2"), ("Year", "1980"))
PHONES = ("+49 30 5550 1234 ext. 9", "+49 30 5550 1299")
Texts = dict[int, str]
"""The text that each patient has alone, by id."""


@pytest.fixture(scope="module")
def numbers(people: People) -> Texts:
    """Register two patients of Dr Abel that only phone, e-mail address and number tell apart."""
    ids = {}
    for phone in PHONES:
        patient = people[people.new_patient(NAME, date_of_birth=BORN, sex="female", phone=phone)]
        care.visit(patient, people["dr_a"])
        ids[patient.id] = f"no. {patient.id}"
    return ids


def check_told_apart(found: Locator, texts: Texts) -> None:
    """Check that the entry with the link to each patient has the patient's own text, and not that of the other one."""
    for id_, own in texts.items():
        link = found.page.locator(f"a[href$='/patients/{id_}'], a[href*='patient_id={id_}']")
        expect(found.filter(has=link)).to_contain_text(own)
        for other in set(texts.values()) - {own}:
            expect(found.filter(has=link)).not_to_contain_text(other)


def test_emergency_search_shows_phone_end_and_number(numbers: Texts, people: People, role_page: RolePage) -> None:
    page = role_page(people.new_doctor())
    page.goto("/doctor/emergency")
    page.get_by_label("Name").fill(NAME)
    for label, value in DAY:
        page.get_by_label(label).fill(value)
    page.locator("#main").get_by_role("button", name="Search").click()
    ends = ("phone …234", "phone …299")
    check_told_apart(page.get_by_role("listitem"), {id_: f"{end}, no. {id_}" for id_, end in zip(numbers, ends, strict=True)})


def test_own_patients_and_charts_show_the_number(numbers: Texts, people: People, role_page: RolePage) -> None:
    page = role_page("dr_a")
    page.goto("/doctor/patients?q=Zwilling")
    check_told_apart(page.get_by_role("row"), numbers)
    for id_ in numbers:
        [found] = databases.query(people.hospital.database, "SELECT reference FROM accounts WHERE id = ?", id_)
        page.goto(f"/doctor/patients/{id_}")
        expect(page.get_by_role("region", name="Patient")).to_contain_text(found[0])


def test_patient_picker_shows_phone_and_email(numbers: Texts, people: People, role_page: RolePage) -> None:
    page = role_page("admin")
    page.goto("/desk/appointments/new?q=Zwilling")
    check_told_apart(page.get_by_role("listitem"), dict(zip(numbers, PHONES, strict=True)))
    emails = {person.id: people.email(name) for name, person in people.persons.items() if person.id in numbers}
    check_told_apart(page.get_by_role("listitem"), emails)
