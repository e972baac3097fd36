"""A doctor books the next visit from a visit, moves it, and sees a referral close with its visit."""

import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser import care
from tests.browser.conftest import Clicks, Figure, RolePage
from tests.browser.people import People
from tests.hospital import Hospital


@pytest.fixture
def doctor(people: People) -> str:
    return people.new_doctor()


@pytest.fixture
def patient(people: People) -> str:
    return people.new_patient("Fred Followed")


def chosen(page: Page) -> Any:
    """Return the buttons of the offered times."""
    return page.get_by_role("region", name=re.compile("Follow-up|Book a visit")).get_by_role("button", name=re.compile("^Book "))


def test_follow_up_is_booked_from_a_visit_in_two_presses(
    people: People, doctor: str, patient: str, role_page: RolePage, clicks: Clicks, figure: Figure
) -> None:
    visit = care.visit(people[patient], people[doctor])
    page = role_page(doctor)
    page.goto(f"/doctor/visits/{visit['id']}")
    page.get_by_role("button", name="6 weeks", exact=True).click()
    expect(chosen(page)).to_have_count(3)
    chosen(page).first.dblclick()
    expect(page.get_by_text("Booked:")).to_be_focused()
    booked = [one for one in care.upcoming(people[patient]) if one["id"] != visit["id"]]
    assert len(booked) == 1, "a double press books one visit"
    weeks = datetime.fromisoformat(booked[0]["starts_at"]) - datetime.fromisoformat(visit["starts_at"])
    assert abs(weeks - timedelta(weeks=6)) < timedelta(days=3)
    assert booked[0]["reason"] == "Follow-up"
    # the double press counts as two
    assert clicks(page) - 1 <= 3
    figure("book a follow-up from a visit", f"{clicks(page) - 1} presses")


def test_taken_follow_up_time_offers_others(
    people: People, doctor: str, patient: str, role_page: RolePage, expected: list[str]
) -> None:
    expected.append("409 .*/follow-ups")
    visit = care.visit(people[patient], people[doctor])
    page = role_page(doctor)
    page.goto(f"/doctor/visits/{visit['id']}")
    page.get_by_role("button", name="2 weeks", exact=True).click()
    expect(chosen(page)).to_have_count(3)
    query = {"interval": "2_weeks", "appointment_id": visit["id"]}
    path = f"/api/doctor/patients/{people[patient].id}/follow-up-times"
    first = people[doctor].http.get(path, params=query).json()["items"][0]["starts_at"]
    other = people[people.new_patient("Olga Other")]
    care.visit(other, people[doctor], datetime.fromisoformat(first))
    chosen(page).first.click()
    expect(page.get_by_role("alert")).to_contain_text("That time has just been taken")
    expect(chosen(page)).to_have_count(5)
    chosen(page).first.click()
    expect(page.get_by_text("Booked:")).to_be_visible()


def test_doctor_moves_own_visit(people: People, doctor: str, patient: str, role_page: RolePage) -> None:
    visit = care.visit(people[patient], people[doctor])
    page = role_page(doctor)
    page.goto(f"/doctor/visits/{visit['id']}")
    page.get_by_role("link", name=re.compile("^Move")).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Move this visit")
    page.get_by_role("region", name="Your free times").get_by_role("link", name=re.compile(r"\d\d:\d\d$")).last.click()
    page.get_by_role("button", name="Move to this time").click()
    expect(page.get_by_text("The visit is moved. The old time is free again.")).to_be_visible()
    (moved,) = care.upcoming(people[patient])
    assert (moved["id"], moved["status"]) == (visit["id"], "booked")
    assert moved["starts_at"] != visit["starts_at"]


def test_referral_closes_itself_when_the_visit_is_completed(
    people: People, hospital: Hospital, doctor: str, patient: str, role_page: RolePage
) -> None:
    sender = people.new_doctor()
    care.visit(people[patient], people[sender])
    late = (datetime.now().astimezone() - timedelta(days=2)).date().isoformat()
    body = {"patient_id": people[patient].id, "to_doctor_id": people[doctor].id, "reason": "Murmur", "due_on": late}
    people[sender].http.post("/api/doctor/referrals", json=body).raise_for_status()
    page = role_page(sender)
    page.goto("/doctor")
    page.get_by_role("link", name="1 referral overdue (sent)").click()
    row = page.get_by_role("row").filter(has_text="Fred Followed")
    expect(row).to_contain_text("Overdue since")

    reader = role_page(patient)
    reader.goto("/referrals")
    reader.get_by_role("link", name="Book with this doctor").click()
    reader.get_by_role("link", name=re.compile(r"\d\d:\d\d$")).last.click()
    reader.get_by_role("button", name=re.compile("^Book")).click()
    expect(reader.get_by_text(re.compile("is booked"))).to_be_visible()
    (visit,) = [one for one in care.upcoming(people[patient]) if one["doctor"]["id"] == people[doctor].id]
    page.reload()
    expect(row).to_contain_text("Booked")
    hospital.let_begin(visit["id"])
    for status in ("in_progress", "completed"):
        done = people[doctor].http.put(f"/api/doctor/appointments/{visit['id']}", json={"status": status})
        done.raise_for_status()
    page.reload()
    expect(page.get_by_text("No referrals are overdue.")).to_be_visible()
    page.get_by_role("link", name="Done", exact=True).click()
    expect(row).to_contain_text("Closed")
