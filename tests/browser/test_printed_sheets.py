"""Printed documents: each sheet names the patient and its number; a signature is never alone on one."""

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser import care
from tests.browser.conftest import Figure, RolePage
from tests.browser.measures import Printed, printed, settled
from tests.browser.people import People
from tests.browser.stack import LETTERHEAD

LONG_NAME = ("Wolfeschlegelsteinhausenbergerdorff" * 6)[:200]
BORN = {"en": "17 May 1984", "de": "17. Mai 1984"}
SHEET = {"en": "Page {} of {}", "de": "Seite {} von {}"}
SIGNATURE = {"en": "Signature,", "de": "Unterschrift,"}
MOST = 12
NOTES = "Take them with water."
LONG_TEXT = " ".join(f"word{number}" for number in range(1, 480))
"""Nearly the longest text that a contract admits: most of a sheet."""
CBC = {"hemoglobin": 13.4, "hematocrit": 40.1, "erythrocytes": 4.6, "leukocytes": 6.2, "platelets": 250.0}
Record = dict[str, Any]


@pytest.fixture(scope="module")
def doctor(people: People) -> str:
    return people.new_doctor()


@pytest.fixture(scope="module")
def patient(people: People, doctor: str) -> str:
    """Return the name of a patient in the doctor's care."""
    return in_care(people, doctor, "Paula Paper")


@pytest.fixture(scope="module")
def long_name(people: People, doctor: str) -> str:
    return in_care(people, doctor, LONG_NAME)


def in_care(people: People, doctor: str, full_name: str) -> str:
    name = people.new_patient(full_name, date_of_birth="1984-05-17", sex="female")
    care.visit(people[name], people[doctor])
    return name


def item(number: int, instructions: str | None = None) -> Record:
    medicine = f"Medicine{number}x 500 mg tablets"
    texts = {"medicine": medicine, "dose": "1 tablet", "route": "oral", "frequency": "3 times a day"}
    return {**texts, "duration_days": 7, "quantity": 21, "repeats": 1, "instructions": instructions}


def post(people: People, who: str, path: str, **body: Any) -> Record:
    answer = people[who].http.post(path, json=body)
    assert answer.is_success, answer.text
    answered: Record = answer.json()
    return answered


def prescription(people: People, doctor: str, patient: str, items: list[Record], notes: str | None) -> Record:
    return post(people, doctor, "/api/doctor/prescriptions", patient_id=people[patient].id, items=items, notes=notes)


def opened(role_page: RolePage, reader: str, language: str) -> Page:
    page = role_page(reader)
    page.add_init_script(f"localStorage.setItem('careplus.language', '{language}')")
    return page


def paper_of(page: Page, path: str) -> Printed:
    page.goto(path)
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    return printed(settled(page))


def words(text: str) -> str:
    return re.sub(r"\s+", "", text)


def check_sheets(paper: Printed, language: str, *identity: str) -> None:
    """Check that each sheet has the texts of `identity` and its number."""
    for number, sheet in enumerate(paper.sheets, 1):
        for text in (*LETTERHEAD.values(), *identity, SHEET[language].format(number, paper.pages)):
            assert words(text) in words(sheet), f"{text!r} is not on sheet {number} of {paper.pages}: {sheet}"


def check_signature(paper: Printed, language: str, *contents: str) -> None:
    """Check that the only signature stands on the last sheet, below one of the contents."""
    signed = [number for number, sheet in enumerate(paper.sheets, 1) if SIGNATURE[language] in sheet]
    assert signed == [paper.pages]
    assert any(words(text) in words(paper.sheets[-1]) for text in contents), paper.sheets[-1]


@pytest.mark.parametrize(("reader", "language"), [("doctor", "en"), ("patient", "en"), ("patient", "de")])
def test_prescription_of_1_to_12_medicines_names_patient(
    people: People, doctor: str, patient: str, role_page: RolePage, figure: Figure, language: str, reader: str
) -> None:
    page = opened(role_page, doctor if reader == "doctor" else patient, language)
    sheets = []
    for count in range(1, MOST + 1):
        items = [item(number) for number in range(1, count + 1)]
        written = prescription(people, doctor, patient, items, NOTES if count % 2 else None)
        paper = paper_of(
            page, f"/doctor/prescriptions/{written['id']}" if reader == "doctor" else f"/prescriptions/{written['id']}"
        )
        check_sheets(paper, language, "Paula Paper", BORN[language], written["reference"])
        check_signature(paper, language, NOTES, *(one["medicine"] for one in items))
        for one in items:
            # a medicine is whole on one sheet
            assert sum(one["medicine"] in sheet for sheet in paper.sheets) == 1
        sheets.append(paper.pages)
    assert sheets == sorted(sheets)
    assert sheets[1] == 1
    figure(f"prescription of 1 to 12 medicines, {language}, {reader}", f"{sheets} sheets")


@pytest.mark.parametrize("language", ["en", "de"])
def test_prescription_with_long_texts_names_patient(
    people: People, doctor: str, long_name: str, role_page: RolePage, language: str
) -> None:
    page = opened(role_page, long_name, language)
    dosage = ("Dosage in words. " * 30)[:500]
    for count, instructions in (*((count, dosage) for count in (1, 3, 5, MOST)), (2, LONG_TEXT)):
        items = [item(number, instructions) for number in range(1, count + 1)]
        for notes in (None, LONG_TEXT):
            written = prescription(people, doctor, long_name, items, notes)
            paper = paper_of(page, f"/prescriptions/{written['id']}")
            check_sheets(paper, language, LONG_NAME, BORN[language], written["reference"])
            check_signature(paper, language, "word479" if notes else items[-1]["medicine"], "Until", "Bis")


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize("reader", ["doctor", "patient"])
def test_referral_letter_names_patient_on_each_sheet(
    people: People, doctor: str, long_name: str, role_page: RolePage, language: str, reader: str
) -> None:
    page = opened(role_page, doctor if reader == "doctor" else long_name, language)
    for reason in ("A mole that grows", LONG_TEXT, "\n".join(f"Line {number}" for number in range(1, 61))):
        body = {"patient_id": people[long_name].id, "to_specialty": "Dermatology", "reason": reason}
        letter = post(people, doctor, "/api/doctor/referrals", **body)
        paper = paper_of(page, f"/doctor/referrals?id={letter['id']}" if reader == "doctor" else f"/referrals/{letter['id']}")
        check_sheets(paper, language, LONG_NAME, BORN[language], letter["reference"])
        check_signature(paper, language, re.split(r"\s+(?=\S+$)", reason)[-1])


def test_enclosures_stand_on_numbered_sheets(people: People, doctor: str, patient: str, role_page: RolePage) -> None:
    result = care.result(people[patient], people[doctor], people["lab"], CBC, "All fine.")
    enclose = {"problems": True, "medicines": True, "allergies": True, "results": [{"result_id": result["id"]}]}
    body = {"patient_id": people[patient].id, "to_specialty": "Dermatology", "reason": LONG_TEXT, "enclose": enclose}
    letter = post(people, doctor, "/api/doctor/referrals", **body)
    paper = paper_of(opened(role_page, patient, "en"), f"/referrals/{letter['id']}")
    check_sheets(paper, "en", "Paula Paper", BORN["en"], letter["reference"])
    check_signature(paper, "en", "Platelets")
    assert "13.4 g/dL" in paper.text.replace("\xa0", " ")


@pytest.mark.parametrize("language", ["en", "de"])
def test_certificate_names_patient_on_each_sheet(
    people: People, doctor: str, long_name: str, role_page: RolePage, language: str
) -> None:
    body = {"patient_id": people[long_name].id, "kind": "statement", "statement": LONG_TEXT}
    written = post(people, doctor, "/api/doctor/certificates", **body)
    for reader, path in ((doctor, "/doctor/certificates/{}"), (long_name, "/certificates/{}")):
        paper = paper_of(opened(role_page, reader, language), path.format(written["id"]))
        check_sheets(paper, language, LONG_NAME, BORN[language], written["reference"])
        check_signature(paper, language, "word479")


@pytest.mark.parametrize("language", ["en", "de"])
def test_laboratory_documents_name_patient_on_each_sheet(
    people: People, doctor: str, long_name: str, role_page: RolePage, language: str
) -> None:
    page = opened(role_page, long_name, language)
    result = care.result(people[long_name], people[doctor], people["lab"], CBC, LONG_TEXT)
    paper = paper_of(page, f"/results/{result['id']}")
    check_sheets(paper, language, LONG_NAME, BORN[language], result["reference"])
    assert "word479" in paper.text
    booking = people[long_name].http.get(f"/api/labs/bookings/{result['booking_id']}").json()
    paper = paper_of(page, f"/labs/bookings/{booking['id']}")
    check_sheets(paper, language, LONG_NAME, BORN[language], booking["reference"])


@pytest.mark.parametrize("language", ["en", "de"])
def test_visit_documents_name_patient_on_each_sheet(
    people: People, doctor: str, long_name: str, role_page: RolePage, language: str
) -> None:
    visit = care.visit(people[long_name], people[doctor])
    paper = paper_of(opened(role_page, long_name, language), f"/appointments/{visit['id']}")
    check_sheets(paper, language, LONG_NAME, BORN[language], visit["reference"])
    noted = people[doctor].http.put(
        f"/api/doctor/appointments/{visit['id']}/notes", json={"text": f"{LONG_TEXT}\n{LONG_TEXT}"[:4000]}
    )
    assert noted.is_success, noted.text
    page = opened(role_page, doctor, language)
    paper = paper_of(page, f"/doctor/visits/{visit['id']}")
    assert "word479" in paper.text
    check_sheets(paper, language, LONG_NAME, BORN[language], visit["reference"])
    paper = paper_of(page, f"/doctor/patients/{people[long_name].id}")
    check_sheets(paper, language, LONG_NAME, BORN[language])
    paper = paper_of(opened(role_page, long_name, language), "/access-log")
    check_sheets(paper, language, LONG_NAME, BORN[language])


@pytest.mark.parametrize("path", ["/doctor", "/doctor/week"])
def test_lists_of_patients_name_doctor_and_number(doctor: str, role_page: RolePage, path: str) -> None:
    for language in ("en", "de"):
        check_sheets(paper_of(opened(role_page, doctor, language), path), language, f"Dr {doctor}")


def test_pages_without_letterhead_are_numbered(page: Page) -> None:
    paper = paper_of(page, "/help")
    assert paper.pages > 1
    for number, sheet in enumerate(paper.sheets, 1):
        assert f"{number} / {paper.pages}" in sheet
