"""Administration of doctors: invitation, phone-only booking, closed booking, closed account."""

import re
import secrets
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.browser import care
from tests.browser.conftest import Clicks, Figure, OpenPage, RolePage
from tests.browser.effort import klm_seconds, required_fields
from tests.browser.people import People
from tests.hospital import PASSWORD, Hospital

pytestmark = pytest.mark.clock


def sign_in(page: Page, email: str) -> None:
    page.goto("/sign-in")
    page.get_by_label("E-mail address").fill(email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("main").get_by_role("button", name="Sign in").click()


def test_added_doctor_accepts_invitation_and_signs_in(
    role_page: RolePage, open_page: OpenPage, hospital: Hospital, clicks: Clicks, figure: Figure
) -> None:
    name, email = f"Dr Ivy {secrets.token_hex(3)}", f"ivy-{secrets.token_hex(4)}@example.org"
    typed = {"E-mail address": email, "Full name": name, "Specialty": "Geriatrics"}
    page = role_page("admin")
    page.goto("/admin/doctors")
    page.get_by_role("link", name="Add a doctor").click()
    for label, text in typed.items():
        page.get_by_label(label).fill(text)
    # the kind of booking is preselected
    assert required_fields(page) == len(typed) + 2
    page.get_by_role("button", name="Add doctor and create the link").click()
    expect(page.get_by_role("heading", name=f"Link for {name}")).to_be_focused()
    presses = clicks(page)
    figure("add a doctor", f"{presses} clicks + {len(typed)} fields, KLM {klm_seconds(presses, typed.values()):.1f} s")
    link = urlsplit(page.get_by_label("Invitation link").input_value())

    invited = open_page(hospital.url)
    invited.goto(f"{link.path}#{link.fragment}")
    expect(invited.get_by_role("heading", level=1)).to_have_text("Accept your invitation")
    invited.get_by_label("Full name").fill(name)
    invited.get_by_label("E-mail address").fill(email)
    invited.get_by_label("Password", exact=True).fill(PASSWORD)
    invited.get_by_role("button", name="Create account").click()
    expect(invited).to_have_url(re.compile(r"/doctor$"))

    again = open_page(hospital.url)
    sign_in(again, email)
    expect(again).to_have_url(re.compile(r"/doctor$"))
    page.get_by_role("link", name=f"Open the profile of {name}").click()
    expect(page.get_by_label("Specialty")).to_have_value("Geriatrics")


def test_adding_doctor_with_used_email_links_to_account(people: People, role_page: RolePage, expected: list[str]) -> None:
    expected.append("409 .*/api/admin/doctors")
    page = role_page("admin")
    page.goto("/admin/doctors/new")
    for label, text in {"E-mail address": people.email("lab"), "Full name": "Dr Lea", "Specialty": "Surgery"}.items():
        page.get_by_label(label).fill(text)
    page.get_by_role("button", name="Add doctor and create the link").click()
    expect(page.get_by_role("alert").first).to_contain_text("There is an account with this e-mail address already")
    page.get_by_role("link", name=f"Show the person with {people.email('lab')}").click()
    expect(page.get_by_role("link", name="Lea Labor").first).to_be_visible()


def test_closing_booking_lists_booked_visits_first(people: People, role_page: RolePage) -> None:
    doctor, patient = people.new_doctor(), people.new_patient("Fred Future")
    care.visit(people[patient], people[doctor])
    page = role_page("admin")
    page.goto(f"/admin/doctors/{people[doctor].id}")
    page.get_by_role("button", name="Stop booking").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("1 visit is booked from today on.")
    expect(dialog.get_by_role("listitem")).to_contain_text(["Fred Future"])
    expect(dialog.get_by_role("link", name=re.compile("^Reassign the visits of "))).to_be_visible()
    assert found(people, patient, doctor) == 1
    dialog.get_by_role("button", name="Stop booking").click()
    expect(page.get_by_text("This doctor is not bookable: patients and reception cannot find or book them.")).to_be_visible()
    expect(page.get_by_role("heading", name="Booking", exact=True)).to_be_focused()
    assert found(people, patient, doctor) == 0
    assert len(care.upcoming(people[patient])) == 1
    page.get_by_role("button", name="Allow booking again").click()
    expect(page.get_by_text("Patients and reception can book this doctor.")).to_be_visible()
    assert found(people, patient, doctor) == 1


def found(people: People, patient: str, doctor: str) -> int:
    """Return the number of doctors that a patient finds by this name."""
    return len(people[patient].http.get("/api/doctors", params={"q": doctor, "exact": True}).json()["items"])


def test_locked_doctor_cannot_sign_in(
    people: People, role_page: RolePage, open_page: OpenPage, hospital: Hospital, expected: list[str]
) -> None:
    expected.append("403 .*/auth/login")
    doctor = people.new_doctor()
    page = role_page("admin")
    page.goto(f"/admin/doctors/{people[doctor].id}")
    page.get_by_role("link", name="Role and lock").click()
    page.get_by_role("button", name="Lock account").click()
    page.get_by_role("dialog").get_by_role("button", name="Lock account").click()
    expect(page.get_by_text("This account is locked: the person cannot sign in.")).to_be_visible()
    locked = open_page(hospital.url)
    sign_in(locked, people.email(doctor))
    expect(locked.get_by_role("alert")).to_contain_text("The hospital has closed this account.")
    page.get_by_role("button", name="Unlock account").click()
    expect(page.get_by_text("This person can sign in.")).to_be_visible()
    sign_in(locked, people.email(doctor))
    expect(locked).to_have_url(re.compile(r"/doctor$"))


def test_phone_only_doctor_has_no_bookable_times(people: People, role_page: RolePage) -> None:
    doctor, patient = people.new_doctor(), people.new_patient()
    page = role_page("admin")
    page.goto(f"/admin/doctors/{people[doctor].id}")
    reader = role_page(patient)
    reader.goto(f"/doctors?q={doctor}")
    expect(reader.get_by_role("link", name=f"More times of Dr {doctor}")).to_be_visible()
    page.get_by_label("By phone").check()
    page.get_by_label("Phone", exact=False).and_(page.locator("[type=tel]")).fill("+49 30 5550 1234")
    page.get_by_role("button", name="Save profile").click()
    expect(page.get_by_text("The profile is saved.")).to_be_visible()
    reader.reload()
    card = reader.get_by_role("listitem").filter(has=reader.get_by_role("heading", name=f"Dr {doctor}"))
    expect(card.get_by_text("Appointments with this doctor are booked by phone.")).to_be_visible()
    expect(card.get_by_role("link")).to_have_text([f"Dr {doctor}", "+49 30 5550 1234"])
    card.get_by_role("link", name=f"Dr {doctor}").click()
    expect(reader.get_by_text("Appointments with this doctor are booked by phone.")).to_be_visible()
    times = reader.get_by_role("region", name="Free times").get_by_role("listitem")
    expect(times.first).to_be_visible()
    expect(times.get_by_role("link")).to_have_count(0)
