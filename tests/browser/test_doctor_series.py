"""A doctor books a series of visits after a visit, and chooses the type of a follow-up."""

import re
from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from playwright.sync_api import Page, expect

from tests.browser import care
from tests.browser.conftest import RolePage
from tests.browser.people import People
from tests.journeys.test_visit_types import CHECK, TALK, TYPES, minutes_of, offer
from tests.world import made


@pytest.fixture
def doctor(people: People) -> str:
    return people.new_doctor()


@pytest.fixture
def patient(people: People) -> str:
    return people.new_patient("Sina Series")


def choose_first_time(page: Page) -> None:
    page.get_by_role("region", name="Choose the first time").get_by_role("link", name=re.compile(r"\d\d:\d\d$")).last.click()


def test_doctor_books_a_series_after_a_visit(people: People, doctor: str, patient: str, role_page: RolePage) -> None:
    visit = care.visit(people[patient], people[doctor])
    page = role_page(doctor)
    page.goto(f"/doctor/visits/{visit['id']}")
    page.get_by_role("link", name="Several visits").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Book a series")
    page.get_by_label("Reason, which the patient reads").fill("Physiotherapy")
    choose_first_time(page)
    page.get_by_label("Number of visits, 2 to 20").fill("3")
    page.get_by_role("button", name="Look at the times").click()
    page.get_by_role("button", name="Book 3 visits").dblclick()
    expect(page.get_by_text("The visits are booked.")).to_be_focused()
    booked = [one for one in care.upcoming(people[patient]) if one["id"] != visit["id"]]
    starts = sorted(datetime.fromisoformat(one["starts_at"]) for one in booked)
    assert len(starts) == 3, "a double press books one series"
    assert all(abs(later - one - timedelta(weeks=1)) <= timedelta(hours=1) for one, later in pairwise(starts))
    assert {one["reason"] for one in booked} == {"Physiotherapy"}


def test_follow_up_has_the_chosen_type(people: People, doctor: str, patient: str, role_page: RolePage) -> None:
    admin = people.admin.http
    offer(people[doctor], *(made(admin.post(TYPES, json=one))["id"] for one in (CHECK, TALK)))
    visit = care.visit(people[patient], people[doctor])
    page = role_page(doctor)
    page.goto(f"/doctor/visits/{visit['id']}")
    page.get_by_role("button", name="2 weeks", exact=True).click()
    choice = page.get_by_label("Type of visit")
    choice.select_option(label=choice.locator("option", has_text=str(TALK["name_en"])).inner_text())
    page.get_by_role("region", name="Follow-up").get_by_role("button", name=re.compile("^Book ")).first.click()
    expect(page.get_by_text("Booked:")).to_be_focused()
    [booked] = [one for one in care.upcoming(people[patient]) if one["id"] != visit["id"]]
    assert minutes_of(booked) == TALK["minutes"]
