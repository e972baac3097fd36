"""The export of a record: every table and column of a patient, each row once, without rows that the patient may not read."""

import base64
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
import sqlalchemy as sa

from careplus_contracts.record_export import PatientRecord
from careplus_contracts.refusals import Malformed, NotFound
from careplus_doctors.store.export_sections import SECTIONS
from careplus_doctors.store.record_export import show_part, walk_rows
from careplus_tables.engine import Database, ReadSession
from careplus_tables.registry import METADATA
from tests.list_database import Rows

LEFT_OUT = {
    "access_reviews": "an administrator's judgement of a doctor",
    "account_approvals": "accounts of staff",
    "availability": "hours of doctors",
    "open_hours": "hours of doctors",
    "time_off": "hours of doctors",
    "extra_hours": "hours of doctors",
    "doctor_visit_types": "types that doctors offer",
    "visit_type_choices": "choices of doctors",
    "offered_time": "hours of doctors",
    "doctors": "profiles of doctors",
    "handovers": "work of doctors who left",
    "note_templates": "texts of doctors",
    "screens": "screens of waiting rooms",
    "screen_doctors": "doctors of screens",
    "linked_records": "settings of the account, on its page of security",
    "calendar_feeds": "settings of the account, on its page of calendars",
    "notice_choices": "settings of the account, on the profile",
    "analyte_versions": "the laboratory's catalogue",
    "critical_communications": "calls between laboratory and doctors, with names and numbers of other people",
    "critical_notices": "mails to doctors",
    "access_notices": "mails to the privacy officer",
    "result_reviews": "marks of doctors on their own work",
    "proposed_corrections": "values that are not verified",
    "result_comments": "earlier wordings; `lab_results` and `result_versions` have the comments that the patient reads",
    "notices": "the person has the mails",
    "invitations": "the account's opening; only hashes of codes",
    "refresh_tokens": "secrets of the devices in `sessions`",
    "second_factors": "secrets",
    "recovery_codes": "secrets",
    "passkey_challenges": "secrets of five minutes",
    "password_resets": "secrets",
    "email_confirmations": "secrets",
    "provider_identities": "accounts of staff",
    "idempotency_keys": "encrypted answers of the last 24 hours; each is about a row of another table",
    "audit_patients": "the key of `accesses`",
    "waitlist_offers": "the visits with the status `offered` or `lapsed` in `appointments`",
    "moved_rows": "keys of rows of other tables",
    "record_merges": "the entries of both records are in the export; the merges themselves are in `accesses`",
    "audit_links": "the chain over all events; numbers and MACs only",
}
"""Tables with a column of a person that are no part of an exported record, with the reason."""
HIDDEN = {
    "accounts": {
        "password_hash": "a secret",
        "sort_key": "made from the name",
        "search_key": "made from the name",
        "likeness_key": "made from the name",
        "phone_key": "made from the phone",
        "merged_into_id": "null for a record that can be exported",
        "role": "it is a patient's",
        "active": "a state of the sign-in",
        "second_factor": "a state of the sign-in",
    },
    "sessions": {
        "id": "names a session in tokens",
        "work_session_id": "names a session in tokens",
        "with_second_factor": "of the sign-in",
        "provider_factor": "of the sign-in",
    },
    "passkeys": {
        "credential": "names a key to the server",
        "public_key": "checks signatures",
        "sign_count": "checks signatures",
        "transports": "a hint for browsers",
    },
    "appointments": {
        "buffer_minutes": "minutes of the doctor after the visit",
        "check_in_code": "a secret",
        "video_code": "a secret",
        "visit_type_id": "the hospital's list has its name",
        "note": "a working note between doctors (decision 28)",
        "overbook_reason": "staff tell it staff (decision 48)",
    },
    "lab_bookings": {
        "window_starts_at": "numbers the places of a quarter of an hour",
        "place": "numbers the places of a quarter of an hour",
        "turnaround_minutes": "a promise of the catalogue",
        "expected_by": "made from the two",
    },
    "lab_results": {
        "status": "it is released",
        "specimen_at": "made from `collected_at` and `entered_at`",
        "correction_waits_since": "about values that are not verified",
        "critical_since": "a state of the calls",
        "critical_closed_at": "a state of the calls",
        "critical_closed_by_id": "a state of the calls",
        "ordered_by_id": "the booking has it",
        "ordered_by_name": "the booking has it",
        "urgency": "the order of the inbox",
    },
    "referrals": {"to_specialty_key": "made from `to_specialty`"},
    "notes": {"status": "they are signed", "updated_at": "the time of a draft"},
    "vital_signs": {"in_error_at": "rows in error are left out", "in_error_by_id": "as before", "error_reason": "as before"},
    "chart_changes": {"version": "the order of `id`"},
    "audit_events": {
        "request_id": "names a request in logs",
        "session_id": "of the other person",
        "address": "of the other person",
        "service": "the program",
        "object_id": "may name another person",
        "outcome": "it is ok",
        "members": "names of members of a request",
    },
}
"""Columns of exported tables that are no part of the record, with the reason."""
PERSON = {"patient_id", "account_id", "version"}


@pytest_asyncio.fixture
async def opened(rows_at: tuple[Rows, str]) -> AsyncIterator[tuple[Rows, Database]]:
    rows, url = rows_at
    database = Database(url)
    yield rows, database
    await database.close()


def tables_of_people() -> set[str]:
    """Return the tables that name an account, and the parts of their rows."""
    found = {"accounts"} | {table.name for table in METADATA.sorted_tables if {"account_id", "patient_id"} & set(table.c.keys())}
    for table in METADATA.sorted_tables:
        if any(key.column.table.name in found for key in table.foreign_keys):
            found.add(table.name)
    return found


def test_export_covers_every_table_of_a_person() -> None:
    exported = {"accounts", *(section.table.name for section in SECTIONS)}
    unknown = tables_of_people() - exported - LEFT_OUT.keys()
    assert not unknown, f"add a Section to export_sections.py, or a reason to LEFT_OUT here: {sorted(unknown)}"
    assert not exported & LEFT_OUT.keys()
    assert not LEFT_OUT.keys() - set(METADATA.tables)


@pytest.mark.parametrize("section", SECTIONS, ids=lambda section: section.table.name)
def test_export_covers_every_column(section: Any) -> None:
    members = set(section.answer.model_fields)
    columns = set(section.table.c.keys())
    shown = {name for name in columns if name in members or f"{name.removesuffix('_id')}_name" in members}
    hidden = HIDDEN.get(section.table.name, {}).keys()
    unknown = columns - shown - hidden - PERSON
    assert not unknown, f"add a member to {section.answer.__name__}, or a reason to HIDDEN here: {sorted(unknown)}"
    assert not hidden & shown


def test_export_covers_every_column_of_the_account() -> None:
    members = set(PatientRecord.model_fields["patient"].annotation.model_fields)  # type: ignore[union-attr] # it is a model
    assert members | HIDDEN["accounts"].keys() | {"version"} == set(METADATA.tables["accounts"].c.keys())


def patients(rows: Rows) -> list[int]:
    """Return the patients with the most prescriptions, and one more."""
    with rows.engine.connect() as connection:
        query = "SELECT patient_id FROM prescriptions GROUP BY patient_id ORDER BY count(*) DESC, patient_id LIMIT 3"
        return [*connection.execute(sa.text(query)).scalars()]


def stored(rows: Rows, sql: str, patient: int) -> int:
    with rows.engine.connect() as connection:
        return int(connection.execute(sa.text(sql), {"patient": patient}).scalar_one())


async def whole(db: ReadSession, patient: int) -> str:
    """Return the rows of all sections, as JSON."""
    head = (await show_part(db, patient, None)).patient.model_dump_json()
    rows = [row.model_dump_json() for section in SECTIONS async for row in walk_rows(db, section, patient)]
    return "\n".join([head, *rows])


COUNTS = {
    "appointments": "SELECT count(*) FROM appointments WHERE patient_id = :patient",
    "notes": "SELECT count(*) FROM notes JOIN appointments ON appointments.id = appointment_id"
    " WHERE patient_id = :patient AND notes.status = 'signed'",
    "addenda": "SELECT count(*) FROM addenda JOIN appointments ON appointments.id = appointment_id WHERE patient_id = :patient",
    "prescriptions": "SELECT count(*) FROM prescriptions WHERE patient_id = :patient",
    "prescription_items": "SELECT count(*) FROM prescription_items JOIN prescriptions ON prescriptions.id = prescription_id"
    " WHERE patient_id = :patient",
    "lab_results": "SELECT count(*) FROM lab_results WHERE patient_id = :patient AND status = 'released'",
    "lab_booking_tests": "SELECT count(*) FROM lab_booking_tests JOIN lab_bookings ON lab_bookings.id = booking_id"
    " WHERE patient_id = :patient",
    "vital_signs": "SELECT count(*) FROM vital_signs WHERE patient_id = :patient AND in_error_at IS NULL",
    "accesses": "SELECT count(*) FROM audit_patients JOIN audit_events ON audit_events.id = event_id"
    " WHERE patient_id = :patient AND outcome = 'ok'",
}


@pytest.mark.parametrize("size", [1, 7, 1000])
async def test_parts_hold_each_row_once(opened: tuple[Rows, Database], size: int) -> None:
    rows, database = opened
    patient = patients(rows)[0]
    joined: dict[str, list[str]] = {section.member: [] for section in SECTIONS}
    after, parts = None, 0
    async with database.reading() as db:
        while parts == 0 or after is not None:
            part = await show_part(db, patient, after, size)
            lists = {name: getattr(part, name) for name in joined}
            assert sum(map(len, lists.values())) <= size
            for name, items in lists.items():
                joined[name] += [item.model_dump_json() for item in items]
            after, parts = part.next, parts + 1
    assert {name: len(joined[name]) for name in COUNTS} == {name: stored(rows, sql, patient) for name, sql in COUNTS.items()}
    assert sum(map(len, joined.values())) > 30
    assert all(len(items) == len(set(items)) for name, items in joined.items() if name != "sessions")


async def test_export_names_no_other_patient(opened: tuple[Rows, Database]) -> None:
    rows, database = opened
    with rows.engine.connect() as connection:
        accounts = connection.execute(sa.text("SELECT id, full_name FROM accounts WHERE role = 'patient'"))
        names = {one.id: one.full_name for one in accounts}
    for patient in patients(rows):
        async with database.reading() as db:
            text = await whole(db, patient)
        assert names[patient] in text
        assert [name for id_, name in names.items() if id_ != patient and f'"{name}"' in text and name != names[patient]] == []


async def test_export_leaves_out_drafts_and_unreleased_results(opened: tuple[Rows, Database]) -> None:
    rows, database = opened
    with rows.engine.connect() as connection:
        draft = "SELECT appointment_id, patient_id FROM notes JOIN appointments ON appointments.id = appointment_id LIMIT 1"
        visit, patient = connection.execute(sa.text(draft)).one()
        result = connection.execute(sa.text("SELECT id FROM lab_results WHERE status = 'released' LIMIT 1")).scalar_one()
        rows.move("notes", visit, {"text": "a draft of suspicion", "status": "draft"})
        rows.move("lab_results", result, {"patient_id": patient, "status": "verified", "comment": "not yet told"})
    try:
        async with database.reading() as db:
            text = await whole(db, patient)
        assert "a draft of suspicion" not in text
        assert "not yet told" not in text
        assert f'"result_id":{result},' not in text
    finally:
        rows.restore()


@pytest.mark.parametrize(
    "forged",
    [[-1, []], [len(SECTIONS), []], [0, ["a"]], [0, [1, 2]], [0, [2**63]], [2, ["\x00"]], [2, [1]], [1.5, []], "x", [[], []], {}],
    ids=str,
)
async def test_forged_cursor_is_refused(opened: tuple[Rows, Database], forged: Any) -> None:
    rows, database = opened
    cursor = base64.urlsafe_b64encode(json.dumps(forged).encode()).rstrip(b"=").decode()
    async with database.reading() as db:
        with pytest.raises(Malformed):
            await show_part(db, patients(rows)[0], cursor)


async def test_export_of_staff_is_not_found(opened: tuple[Rows, Database]) -> None:
    rows, database = opened
    async with database.reading() as db:
        with pytest.raises(NotFound):
            await show_part(db, stored(rows, "SELECT min(id) + 0 * :patient FROM doctors", 1), None)
