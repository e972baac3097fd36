"""The doctor's inbox: 230 results with few presses, a mark taken back, and the counts over all pages."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from playwright.sync_api import Page, expect

from careplus_tables.engine import sync_engine
from careplus_tables.registry import METADATA
from tests.browser import care
from tests.browser.conftest import Clicks, Figure, RolePage
from tests.browser.people import People
from tests.hospital import Hospital, Person

TESTS = {"CBC": "hemoglobin", "CRP": "crp", "CREA": "creatinine", "K": "potassium", "NA": "sodium"}
"""Five results of each specimen."""
PATIENTS, ILL, CRITICAL = 46, 12, 3
"""Of 46 patients twelve have four values outside their range; of these three have a critical one."""
MOST_PRESSES = 30

Row = dict[str, Any]


@contextmanager
def writing(hospital: Hospital) -> Iterator[sa.Connection]:
    engine = sync_engine(f"sqlite:///{hospital.data}/careplus.db")
    with engine.begin() as connection:
        yield connection
    engine.dispose()


def fill(hospital: Hospital, doctor: Person, lab: Person) -> list[int]:
    """Give the doctor 230 verified results and return their ids."""
    with writing(hospital) as connection:
        codes = connection.execute(sa.text("SELECT DISTINCT test_code, analyte_code FROM lab_test_analytes")).all()
        tests = list({code: (code, analyte) for code, analyte in codes}.values())[: len(TESTS)]
        first = {name: highest(connection, name) + 1 for name in ("accounts", "lab_bookings", "lab_results")}
        at = datetime.now(UTC).replace(microsecond=0) - timedelta(days=1)
        rows: dict[str, list[Row]] = {name: [] for name in (*first, "lab_booking_tests", "observations")}
        for number in range(PATIENTS):
            add_patient(rows, first, number, at - timedelta(minutes=number), doctor, lab, tests)
        for table, added in rows.items():
            connection.execute(sa.insert(METADATA.tables[table]), added)
    return [row["id"] for row in rows["lab_results"]]


def highest(connection: sa.Connection, table: str) -> int:
    return int(connection.execute(sa.select(sa.func.max(METADATA.tables[table].c.id))).scalar_one() or 0)


def add_patient(
    rows: dict[str, list[Row]], first: dict[str, int], number: int, at: datetime, doctor: Person, lab: Person, tests: list[Any]
) -> None:
    """Add a patient with a specimen and its results."""
    patient_id, booking_id = first["accounts"] + number, first["lab_bookings"] + number
    account = {"email": f"inbox-{number}@example.org", "full_name": f"Inga Inbox {number}", "role": "patient", "sex": "female"}
    rows["accounts"].append({"id": patient_id, **account, "active": True, "created_at": at})
    booking = {"reference": f"LB-IN-{number}", "patient_id": patient_id, "ordered_by_id": doctor.id, "status": "verified"}
    rows["lab_bookings"].append({"id": booking_id, **booking, "collected_at": at, "verified_at": at, "created_at": at})
    for position, (code, analyte) in enumerate(tests):
        result_id = first["lab_results"] + number * len(tests) + position
        flag = "normal" if number >= ILL or position == 0 else "high"
        if number < CRITICAL and position == 1:
            flag = "critical_high"
        price = {"price_minor": 1, "currency": "EUR", "specimen_type": "Serum"}
        test = {"booking_id": booking_id, "test_code": code, "position": position, **price}
        rows["lab_booking_tests"].append(test)
        people = {"patient_id": patient_id, "ordered_by_id": doctor.id, "entered_by_id": lab.id, "verified_by_id": lab.id}
        times = dict.fromkeys(("collected_at", "specimen_at", "entered_at", "verified_at"), at)
        outside = {"outside_range": int(flag != "normal"), "critical": flag.startswith("critical")}
        result = {"id": result_id, "booking_id": booking_id, "test_code": code, "status": "verified", "version": 2}
        rows["lab_results"].append({**result, **people, **times, **outside})
        bounds = {"has_range": True, "low": 3.0, "high": 5.0, "critical_high": 9.0}
        value = {"value": {"normal": 4.0, "high": 6.0, "critical_high": 9.5}[flag], "decimals": 1, "usual": [], "flag": flag}
        of = {"result_id": result_id, "position": 0, "patient_id": patient_id, "analyte_code": analyte, "unit": "mmol/L"}
        rows["observations"].append({**of, **bounds, **value})


def test_230_results_take_30_presses(
    hospital: Hospital, people: People, role_page: RolePage, clicks: Clicks, figure: Figure
) -> None:
    doctor = people.new_doctor()
    ids = fill(hospital, people[doctor], people["lab"])
    page = role_page(doctor)
    page.goto("/doctor/results")
    expect(page.get_by_text("230 results", exact=True)).to_be_visible()
    expect(page.get_by_role("heading", name="Critical, or corrected from critical (3)")).to_be_visible()
    page.get_by_role("button", name="Release all normal (182)").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label(re.compile("^Comment for every patient")).fill("All values are as expected.")
    dialog.get_by_role("button", name="Release 182 results").click()
    expect(page.get_by_text("182 results are released and marked as seen.")).to_be_visible()
    expect(page.get_by_text("48 results", exact=True)).to_be_visible()
    release_groups(page)
    for left in range(CRITICAL, 0, -1):
        expect(page.locator("details.review")).to_have_count(left)
        page.locator("details.review > summary").first.click()
        page.get_by_role("button", name="Release to patient").click()
    expect(page.get_by_text("All reviewed.")).to_be_visible()
    presses = clicks(page)
    with writing(hospital) as connection:
        results = METADATA.tables["lab_results"]
        found = connection.execute(sa.select(results.c.status, results.c.comment).where(results.c.id.in_(ids))).all()
    assert [status for status, _ in found] == ["released"] * 230
    assert sum(comment == "All values are as expected." for _, comment in found) == 182
    assert presses <= MOST_PRESSES
    figure("release 230 results", f"{presses} presses (460 one by one)")


def release_groups(page: Page) -> None:
    """Release the results of each specimen with one press, until only critical ones are left."""
    quick = page.get_by_role("button", name=re.compile("^Release these"))
    for left in range(ILL, 0, -1):
        expect(quick).to_have_count(left)
        quick.first.click()
    expect(quick).to_have_count(0)


def test_mark_is_taken_back_from_the_status_line(people: People, patient: str, role_page: RolePage) -> None:
    doctor = people.new_doctor()
    care.visit(people[patient], people[doctor])
    for value, comment in ((12.4, "Fine."), (10.4, None)):
        care.result(people[patient], people[doctor], people["lab"], {"hemoglobin": value}, comment)
    page = role_page(doctor)
    page.goto("/doctor/results")
    row = page.locator("details.review")
    expect(row).to_contain_text("10.4")
    expect(row).to_contain_text("below the one before")
    expect(row).to_contain_text("before: 12.4")
    row.locator("summary").click()
    page.get_by_role("button", name="Mark as seen").click()
    expect(page.get_by_text("All reviewed.")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("heading", name=re.compile("^Outside the usual range|^Other results"))).to_be_visible()
    expect(page.get_by_text("is to review again.")).to_be_visible()
