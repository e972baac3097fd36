"""Staff are invited by a link, and a changed role is another portal at once."""

import re
import secrets
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from tests.browser import care
from tests.browser.conftest import OpenPage, RolePage
from tests.browser.people import People
from tests.hospital import PASSWORD, Hospital, free_times


@pytest.mark.parametrize(("role", "home"), [("Laboratory", "/lab"), ("Administrator", "/admin")])
def test_staff_invitation_link_opens_the_portal(
    role_page: RolePage, open_page: OpenPage, hospital: Hospital, role: str, home: str
) -> None:
    name, email = f"Ivo {secrets.token_hex(3)}", f"ivo-{secrets.token_hex(4)}@example.org"
    page = role_page("admin")
    page.goto("/admin/people?show=invitations")
    invite = page.get_by_role("region", name="Invite a person")
    invite.get_by_label("Full name").fill(name)
    invite.get_by_label("E-mail address").fill(email)
    invite.get_by_label(role).check()
    invite.get_by_role("button", name=re.compile("link")).click()
    expect(page.get_by_role("heading", name=f"Link for {name}")).to_be_focused()
    link = urlsplit(page.get_by_label("Invitation link").input_value())
    assert not link.query, "the code must not be in a request, because servers log URLs"
    invited = open_page(hospital.url)
    invited.goto(f"{link.path}#{link.fragment}")
    expect(invited.get_by_label("E-mail address")).to_have_value(email)
    invited.get_by_label("Full name").fill(name)
    invited.get_by_label("Password", exact=True).fill(PASSWORD)
    invited.get_by_role("button", name="Create account").click()
    expect(invited).to_have_url(re.compile(rf"{home}$"))


def test_changed_role_opens_another_portal(people: People, role_page: RolePage, expected: list[str]) -> None:
    expected.append("401 ")
    patient = people.new_patient("Rolf Role")
    page = role_page("admin")
    page.goto(f"/admin/people/{people[patient].id}")
    page.get_by_role("button", name="Change role").click()
    expect(page.get_by_role("alert").first).to_contain_text("Choose another role")
    page.get_by_label("Laboratory").check()
    page.get_by_role("button", name="Change role").click()
    asked = page.get_by_role("dialog", name="Give Rolf Role this role: Laboratory?")
    expect(asked).to_contain_text("They can read and enter laboratory results of all patients.")
    asked.get_by_role("button", name="Change role").click()
    expect(page.get_by_text("The role is changed.")).to_be_visible()
    own = role_page(patient)
    own.goto("/")
    expect(own).to_have_url(re.compile(r"/lab$"))


def test_locking_a_doctor_names_a_colleague(people: People, role_page: RolePage, expected: list[str]) -> None:
    expected.append("409 ")
    doctor, colleague, patient = people.new_doctor(), people.new_doctor(), people.new_patient("Hilde Hand")
    start = free_times(people[patient].http, people[doctor].id)[20]
    care.visit(people[patient], people[doctor], start)
    page = role_page("admin")
    page.goto(f"/admin/people/{people[doctor].id}")
    page.get_by_role("button", name="Lock account").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("1 upcoming visit")
    dialog.get_by_role("button", name="Lock account").click()
    expect(dialog.get_by_role("alert")).to_contain_text("Choose the colleague who takes it over")
    dialog.get_by_label("Colleague who takes over").select_option(str(people[colleague].id))
    dialog.get_by_role("button", name="Lock account").click()
    expect(page.get_by_text("This account is locked")).to_be_visible()
    expect(page.get_by_role("region", name="Open work")).to_contain_text(f"Dr {colleague} does this work.")
    theirs = role_page(colleague)
    theirs.goto("/doctor")
    theirs.get_by_role("link", name=f"You also do the open work of Dr {doctor}.").click()
    expect(theirs.get_by_role("region", name=f"Dr {doctor}")).to_contain_text("1 upcoming visit")
