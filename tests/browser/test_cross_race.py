"""Two people want the same time: one has it, the other keeps what they wrote and is offered others."""

import re

from playwright.sync_api import Locator, Page, expect

from tests.browser import care
from tests.browser.conftest import Figure, RolePage
from tests.browser.people import People
from tests.hospital import Person, free_times

VISIT = re.compile(r"/appointments/\d+\?new$")
NOTE = "Knee hurts on stairs"


def submit(page: Page) -> Locator:
    return page.get_by_role("button", name="Book this visit")


def test_two_browsers_press_at_once(
    people: People, doctor: Person, role_page: RolePage, expected: list[str], figure: Figure
) -> None:
    expected.append("409 .*/api/appointments$")
    names = [people.newcomer("Ada One"), people.newcomer("Bea Two")]
    pages = [role_page(name) for name in names]
    start = free_times(doctor.http, doctor.id)[0]
    for page in pages:
        page.goto(f"/doctors/{doctor.id}/book?start={start:%Y-%m-%dT%H:%M:%SZ}")
        page.get_by_label("Reason for the visit").fill(NOTE)
        expect(submit(page)).to_be_visible()
    for page in pages:
        # presses without waiting for what comes of it
        submit(page).evaluate("(button) => setTimeout(() => button.click(), 50)")
    late = next(page for page in pages if _lost(page))
    (first,) = [page for page in pages if page is not late]
    expect(first).to_have_url(VISIT)
    alert = late.get_by_role("alert")
    expect(alert).to_be_focused()
    expect(alert).to_contain_text("Nothing was booked; what you wrote is kept.")
    offered = alert.get_by_role("listitem").count()
    assert offered > 0
    alert.get_by_role("listitem").first.get_by_role("link").click()
    expect(late.get_by_label("Reason for the visit")).to_have_value(NOTE)
    submit(late).click()
    expect(late).to_have_url(VISIT)
    starts = [care.upcoming(people[name])[0]["starts_at"] for name in names]
    assert len(set(starts)) == 2
    figure("19 time taken meanwhile", f"409 shown, note kept, {offered} other times offered")


def _lost(page: Page) -> bool:
    """Whether the visit went to somebody else, once that is known."""
    taken = page.get_by_role("alert").filter(has_text="no longer free")
    expect(taken.or_(page.get_by_text("Your visit is booked."))).to_be_visible()
    return taken.is_visible()
