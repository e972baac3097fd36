"""A name of 200 letters without a space stays inside its column and the page, on the pages that show names."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from tests.browser import care
from tests.browser.conftest import OpenPage
from tests.browser.measures import resize, settled, sideways
from tests.browser.people import People, signed_in
from tests.hospital import Person

LONG = "Wolfeschlegelsteinhausenbergerdorff" * 5 + "W" * 25
BORN = "1951-02-03"
SPILLED = """() => {
  const spilled = [];
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const range = document.createRange();
  while (texts.nextNode()) {
    const inner = texts.currentNode.parentElement;
    const isName = texts.currentNode.textContent.trim().length >= 100;
    if (!isName || inner.closest(".unseen, select") || !inner.checkVisibility()) continue;
    let box = inner;
    while (getComputedStyle(box).display === "inline") box = box.parentElement;
    if (/hidden|clip/.test(getComputedStyle(box).overflowX)) continue;
    range.selectNodeContents(texts.currentNode);
    const [letters, around] = [range.getBoundingClientRect(), box.getBoundingClientRect()];
    if (letters.right > around.right + 1 || letters.left < around.left - 1)
      spilled.push(`${box.tagName} ${box.className}: ${letters.right} > ${around.right}`);
  }
  return spilled;
}"""
"""Texts that leave the box in which they are."""


@dataclass
class Named:
    """A doctor and a patient with long names, and their visit, order and referral."""

    doctor: Person
    patient: Person
    visit: int
    order: int


@pytest.fixture(scope="module")
def named(people: People) -> Iterator[Named]:
    doctor = people.hospital.add_doctor(people.admin, "long.doctor@example.org", f"Dr {LONG[:196]}", "Longology")
    patient = people.hospital.register("long.patient@example.org", LONG, date_of_birth=BORN, phone="030 5550 1234")
    people.emails |= {"long_doctor": "long.doctor@example.org", "long_patient": "long.patient@example.org"}
    visit = care.visit(patient, doctor)
    order = doctor.http.post("/api/doctor/lab-orders", json={"patient_id": patient.id, "test_codes": ["CBC"]}).json()
    referral = {"patient_id": patient.id, "to_specialty": "Cardiology", "reason": "Murmur"}
    assert doctor.http.post("/api/doctor/referrals", json=referral).status_code == 201
    yield Named(doctor, patient, visit["id"], order["id"])
    doctor.http.close()
    patient.http.close()


PAGES = {
    "admin": (
        *("/admin/people?q=Wolfe", "/admin/people/{patient}", "/admin/doctors?q=Wolfe", "/admin/doctors/{doctor}"),
        *("/desk/appointments?doctor_id={doctor}", "/desk/appointments/new?q=Wolfe", "/admin/audit?account_id={patient}"),
    ),
    "long_doctor": (
        *("/doctor/patients", "/doctor/patients/{patient}", "/doctor/visits/{visit}", "/doctor/referrals", "/doctor/week"),
        "/doctor/prescriptions/new?patient={patient}",
    ),
    "lab": ("/lab", "/lab/{order}"),
    "long_patient": (
        *("/home", "/appointments", "/appointments/{visit}", "/referrals", "/labs/bookings", "/labs/bookings/{order}"),
        *("/doctors?q=Wolfe", "/doctors/{doctor}", "/profile", "/access-log"),
    ),
}


@pytest.mark.parametrize("name", PAGES)
def test_long_name_stays_inside_its_column(open_page: OpenPage, people: People, named: Named, name: str) -> None:
    page = open_page(people.hospital.url, signed_in(people.hospital, people.email(name)))
    ids = {"patient": named.patient.id, "doctor": named.doctor.id, "visit": named.visit, "order": named.order}
    problems = []
    for path in PAGES[name]:
        page.goto(path.format(**ids))
        settled(page)
        for width in (320, 1280):
            resize(page, width)
            problems += [f"{path} at {width}: {one}" for one in (*sideways(page), *page.evaluate(SPILLED))]
    assert problems == [], "\n".join(problems)


def test_emergency_search_shows_the_phones_end(open_page: OpenPage, people: People, named: Named) -> None:
    page = open_page(people.hospital.url, signed_in(people.hospital, people.email("long_doctor")))
    for width in (320, 1280):
        page.goto("/doctor/emergency")
        resize(page, width)
        page.get_by_label("Name").fill(LONG)
        for label, value in (("Day", "3"), ("Month", "2"), ("Year", "1951")):
            page.get_by_label(label).fill(value)
        page.locator("#main").get_by_role("button", name="Search").click()
        page.get_by_text(f"phone …234, no. {named.patient.id}").wait_for()
        assert (*sideways(page), *page.evaluate(SPILLED)) == ()
