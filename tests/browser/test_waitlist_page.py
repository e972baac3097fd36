"""The waitlist in the portals: joining, an offer on the home page, an earlier time, and the offer on the day board."""

import re
from datetime import datetime
from zoneinfo import ZoneInfo

from playwright.sync_api import expect

from tests.browser import care
from tests.browser.conftest import RolePage
from tests.browser.people import People
from tests.hospital import Person

CLINIC = ZoneInfo("Europe/Berlin")


def give_up(people: People, doctor: Person, at: datetime | None = None) -> datetime:
    """Book a time for another patient, cancel it, and return it in clinic time."""
    owner = people.new_patient("Olga Owner")
    visit = care.visit(people[owner], doctor, at)
    people[owner].http.put(f"/api/appointments/{visit['id']}/cancel").raise_for_status()
    return datetime.fromisoformat(visit["starts_at"]).astimezone(CLINIC)


def test_patient_joins_and_accepts_the_offer_at_home(people: People, role_page: RolePage, doctor: Person) -> None:
    patient = people.new_patient("Wanda Waiting")
    page = role_page(patient)
    page.goto(f"/doctors/{doctor.id}")
    page.get_by_role("link", name="Tell me when a time is free").click()
    page.get_by_role("button", name="Tell me when a time is free").click()
    expect(page).to_have_url(re.compile("/waitlist$"))
    expect(page.get_by_text("You are on the waitlist.")).to_be_visible()
    give_up(people, doctor)
    page.goto("/home")
    held = page.get_by_role("region", name="Free for you now")
    expect(held.get_by_text(re.compile("^Held for you until"))).to_be_visible()
    held.get_by_role("button", name="Accept").click()
    expect(page.get_by_role("status").get_by_text(re.compile("is booked"))).to_be_focused()
    expect(held).to_have_count(0)
    [visit] = people[patient].http.get("/api/appointments?when=upcoming").json()["items"]
    assert visit["status"] == "booked"
    page.goto("/waitlist")
    expect(page.get_by_text("You are not waiting for a time.")).to_be_visible()


def test_earlier_please_waits_with_one_click(people: People, role_page: RolePage, doctor: Person) -> None:
    patient = people.new_patient("Elsa Earlier")
    page, day = role_page(patient), care.day_ahead(doctor, 5)
    visit = care.visit(people[patient], doctor, day[1][3])
    page.goto(f"/appointments/{visit['id']}")
    page.get_by_role("button", name="Earlier, please").click()
    expect(page.get_by_text(re.compile("^We tell you when an earlier time"))).to_be_visible()
    give_up(people, doctor, care.day_ahead(doctor, 4)[1][5])
    page.get_by_role("link", name="Open the waitlist").click()
    expect(page.get_by_text(re.compile("^If you accept, your appointment on .* is cancelled.$"))).to_be_visible()
    page.get_by_role("button", name="Decline").click()
    expect(page.get_by_text(re.compile("^You declined the time"))).to_be_focused()
    page.get_by_role("button", name="Remove").click()
    expect(page.get_by_text("You are not waiting for a time.")).to_be_visible()


def test_reception_sees_and_withdraws_an_offer(people: People, role_page: RolePage, doctor: Person) -> None:
    patient = people.new_patient("Hella Held")
    page = role_page("reception")
    page.goto(f"/desk/waitlist/new?patient_id={people[patient].id}")
    page.get_by_label("Who does the patient want to see?").select_option(str(doctor.id))
    page.get_by_role("button", name="Add a patient").click()
    expect(page.get_by_text("The patient is on the waitlist.")).to_be_visible()
    at = give_up(people, doctor)
    page.goto(f"/desk/board?day={at.date()}")
    page.get_by_role("button", name=re.compile("^Withdraw the offer to Hella Held")).click()
    page.get_by_role("dialog").get_by_role("button", name="Withdraw the offer").click()
    expect(page.get_by_text(re.compile("^The offer to Hella Held, .* was withdrawn"))).to_be_visible()
    page.goto(f"/desk/waitlist?patient_id={people[patient].id}")
    page.get_by_role("button", name="Remove").click()
    expect(page.get_by_text("No patient waits.")).to_be_visible()


def test_reception_adds_a_patient_for_a_specialty(people: People, role_page: RolePage) -> None:
    patient = people.new_patient("Sina Specialty")
    page = role_page("reception")
    page.goto(f"/desk/waitlist/new?patient_id={people[patient].id}")
    whom = page.get_by_label("Who does the patient want to see?")
    wanted = whom.locator("option", has_text="Any doctor: ").first.inner_text()
    whom.select_option(label=wanted)
    page.get_by_role("button", name="Add a patient").click()
    expect(page.get_by_text("The patient is on the waitlist.")).to_be_visible()
    expect(page.get_by_text(wanted)).to_be_visible()
    [entry] = people[patient].http.get("/api/waitlist").json()["items"]
    assert (entry["doctor"], entry["added_by"]) == (None, "reception")
