"""Prescribing during a visit: its effort, allergy warnings, and the patient's view."""

import re
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser import care
from tests.browser.conftest import Clicks, Figure, RolePage
from tests.browser.effort import KEY_S, THINK_S, klm_seconds
from tests.browser.measures import printed, settled, tab_to, unfocused
from tests.browser.people import People

MEDICINE, DOSE, DAYS = "Ibuprofen 400 mg tablets", "1 tablet", "5"
# typed letters that select the option
ROUTE, OFTEN = "or", "tw"
ITEM = {"medicine": MEDICINE, "dose": DOSE, "route": "oral", "frequency": "twice a day", "duration_days": 5}
BACK = re.compile(r"/doctor/visits/\d+$")


@dataclass
class Seen:
    """Return a visit to a new doctor."""

    doctor: str
    patient: str
    path: str


@pytest.fixture
def seen(people: People) -> Seen:
    doctor, patient = people.new_doctor(), people.new_patient("Paula Pain")
    visit = care.visit(people[patient], people[doctor])
    return Seen(doctor, patient, f"/doctor/visits/{visit['id']}")


def prescribed(people: People, seen: Seen) -> list[dict[str, Any]]:
    """Return the patient's prescriptions, newest first."""
    answer = people[seen.patient].http.get("/api/prescriptions")
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


def submit(page: Page) -> Locator:
    return page.get_by_role("button", name="Prescribe", exact=True)


def test_prescription_takes_three_clicks_and_five_fields(
    people: People, seen: Seen, role_page: RolePage, clicks: Clicks, figure: Figure
) -> None:
    page = role_page(seen.doctor)
    page.goto(seen.path)
    page.get_by_role("link", name="Prescribe", exact=True).click()
    page.get_by_label("Name, strength and form").click()
    # move between fields with the Tab key
    texts = [MEDICINE, DOSE, ROUTE, OFTEN, DAYS]
    for text in texts:
        page.keyboard.type(text)
        page.keyboard.press("Tab")
    submit(page).click()
    expect(page).to_have_url(BACK)
    expect(page.get_by_text("The prescription is written.")).to_be_visible()
    presses = clicks(page)
    seconds = klm_seconds(presses) + KEY_S * sum(map(len, texts)) + (THINK_S + KEY_S) * (len(texts) - 1)
    assert presses <= 4
    assert seconds <= 25
    figure("6 prescription from a visit", f"{presses} clicks + {len(texts)} fields, KLM {seconds:.1f} s")
    (written,) = prescribed(people, seen)
    assert {name: written["items"][0][name] for name in ITEM} == ITEM


def test_copying_last_prescription_takes_three_clicks(
    people: People, seen: Seen, role_page: RolePage, clicks: Clicks, figure: Figure
) -> None:
    body = {"patient_id": people[seen.patient].id, "items": [ITEM], "notes": "After meals."}
    doctor = people[seen.doctor].http
    earlier = doctor.post("/api/doctor/prescriptions", json=body).raise_for_status().json()
    # one that is still taken would be a duplicate
    doctor.put(f"/api/doctor/prescriptions/{earlier['id']}/stop").raise_for_status()
    page = role_page(seen.doctor)
    page.goto(seen.path)
    page.get_by_role("link", name="Prescribe", exact=True).click()
    page.get_by_role("button", name="Copy last prescription").click()
    expect(page.get_by_text("1 medicine was copied. Check it before you prescribe.")).to_be_visible()
    submit(page).click()
    expect(page).to_have_url(BACK)
    presses = clicks(page)
    assert presses == 3
    figure("6 last prescription again", f"{presses} clicks, KLM {klm_seconds(presses):.1f} s")
    newest, oldest = prescribed(people, seen)
    assert [{**item, "active": False} for item in newest["items"]] == oldest["items"]
    assert newest["notes"] == "After meals."


def test_prescribing_works_by_keyboard(people: People, seen: Seen, role_page: RolePage, figure: Figure) -> None:
    page = role_page(seen.doctor)
    page.goto(seen.path)
    settled(page)
    keys = tab_to(page, page.get_by_role("link", name="Prescribe", exact=True)) + 1
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_be_focused()
    keys += tab_to(page, page.get_by_label("Name, strength and form"))
    page.keyboard.type(MEDICINE)
    for label, text in (("Dose", DOSE), ("Route", ROUTE), ("How often", OFTEN), ("Days", DAYS)):
        keys += tab_to(page, page.get_by_label(label, exact=True))
        page.keyboard.type(text)
    page.keyboard.press("Enter")
    keys += 1
    expect(page).to_have_url(BACK)
    expect(page.get_by_role("heading", level=1)).to_be_focused()
    assert unfocused(page) is None
    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_have_text("Prescribe for Paula Pain")
    expect(page.get_by_role("heading", level=1)).to_be_focused()
    expect(page.get_by_label("Name, strength and form")).to_have_value("")
    assert len(prescribed(people, seen)) == 1
    figure("16 prescription by keyboard alone", f"{keys} keys besides text, focus visible at each")


def test_prescription_prints_on_one_page_for_both(people: People, seen: Seen, role_page: RolePage, figure: Figure) -> None:
    body = {"patient_id": people[seen.patient].id, "items": [ITEM], "notes": None}
    answer = people[seen.doctor].http.post("/api/doctor/prescriptions", json=body)
    written = answer.raise_for_status().json()
    for reader, path in ((seen.doctor, "/doctor/prescriptions"), (seen.patient, "/prescriptions")):
        page = role_page(reader)
        page.goto(f"{path}/{written['id']}")
        expect(page.get_by_role("heading", name=MEDICINE)).to_be_visible()
        paper = printed(settled(page))
        assert paper.pages == 1
        for words in (MEDICINE, written["reference"], "Paula Pain", f"Signature, {written['doctor']['full_name']}"):
            assert words in paper.text
        for words in ("Stop this prescription", "Sign out", "Back to"):
            assert words not in paper.text
    figure("21 prescription on paper, doctor's and patient's", "1 page of A4 each")
