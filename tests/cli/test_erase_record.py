"""Erasure of a patient: what goes and stays, the retention, other patients, and the audit chain."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from careplus_cli.erasing.tables import KEPT, SIGN_IN, clinical
from careplus_tables.registry import METADATA
from tests import databases
from tests.doctors.test_record_export import tables_of_people
from tests.hospital import Hospital

REASON = "Letter of 4 May, decided by the privacy officer"
STAFF = {
    *(
        "availability",
        "open_hours",
        "extra_hours",
        "time_off",
        "offered_time",
        "doctors",
        "handovers",
        "note_templates",
        "screens",
        "screen_doctors",
        "analyte_versions",
    ),
    *("reference_ranges", "lab_schedules", "lab_hours", "lab_closures", "closed_days", "closed_day_plans", "audit_links"),
    *("specialty_ages", "specialty_age_plans"),
    *("visit_types", "visit_type_choices", "doctor_visit_types"),
}
"""Tables that name accounts of staff only, and the chain."""
PATIENT = """SELECT patient_id FROM appointments JOIN lab_results USING (patient_id) WHERE appointments.status = 'completed'
AND patient_id IN (SELECT patient_id FROM chart_changes) GROUP BY patient_id ORDER BY patient_id LIMIT 1"""


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Hospital:
    hospital = Hospital(tmp_path_factory.mktemp("filled"))
    done = hospital.careplus("demo", "--doctors", "3", "--patients", "60", "--appointments", "600")
    assert done.returncode == 0, done.stderr
    return hospital


@pytest.fixture
def hospital(filled: Hospital, tmp_path: Path) -> Iterator[Hospital]:
    copied = Hospital(tmp_path, secret=filled.secret)
    databases.copy(filled.database, copied.database)
    yield copied
    shutil.rmtree(tmp_path, ignore_errors=True)


def settle(hospital: Hospital) -> int:
    """Return a patient with a record after cancelling what is booked."""
    [(patient,)] = databases.query(hospital.database, PATIENT)
    databases.execute(
        hospital.database,
        "UPDATE appointments SET status = 'cancelled', cancelled_by = 'admin' WHERE patient_id = ?"
        " AND status NOT IN ('completed', 'cancelled', 'no_show')",
        patient,
    )
    databases.execute(
        hospital.database,
        "UPDATE lab_bookings SET status = 'cancelled', window_starts_at = NULL, place = NULL WHERE patient_id = ?"
        " AND status NOT IN ('verified', 'cancelled')",
        patient,
    )
    databases.execute(hospital.database, "UPDATE accounts SET phone = '+49 30 1234 999' WHERE id = ?", patient)
    return int(patient)


def erase(hospital: Hospital, patient: int, *options: str) -> tuple[int, str]:
    done = hospital.careplus("record", "erase", str(patient), "--reason", REASON, *options)
    return done.returncode, done.stdout + done.stderr


def contents(hospital: Hospital) -> dict[str, list[tuple[Any, ...]]]:
    return {name: sorted(databases.query(hospital.database, f"SELECT * FROM {name}"), key=repr) for name in METADATA.tables}


def one(hospital: Hospital, sql: str, *values: Any) -> tuple[Any, ...]:
    [row] = databases.query(hospital.database, sql, *values)
    return row


def test_every_table_of_a_person_goes_or_stays() -> None:
    known = {*SIGN_IN, *KEPT, *STAFF, *(table.name for table in clinical())}
    unknown = tables_of_people() - known
    assert not unknown, f"add a table to careplus_cli/erasing/tables.py, or to STAFF here: {sorted(unknown)}"
    assert not known - set(METADATA.tables)


def test_parts_go_before_their_rows() -> None:
    order = [table.name for table in clinical()]
    for table in clinical():
        for key in table.foreign_keys:
            parent = key.column.table.name
            assert parent not in order or parent == table.name or order.index(table.name) < order.index(parent)


def test_preview_changes_nothing(hospital: Hospital) -> None:
    patient = settle(hospital)
    before = contents(hospital)
    code, said = erase(hospital, patient)
    assert (code, said.splitlines()[-1]) == (0, "Nothing was changed; --confirm erases.")
    assert "stays until 20" in said
    assert "goes: password, e-mail address, telephone number" in said
    assert contents(hospital) == before


def test_erasure_within_retention_keeps_the_record(hospital: Hospital) -> None:
    patient = settle(hospital)
    email, name = one(hospital, "SELECT email, full_name FROM accounts WHERE id = ?", patient)
    before = contents(hospital)
    assert erase(hospital, patient, "--confirm")[0] == 0
    after = contents(hospital)
    kept = {table.name for table in clinical()} | {"consents", "accounts"}
    assert {one_: len(after[one_]) for one_ in kept} == {one_: len(before[one_]) for one_ in kept}
    row = one(hospital, "SELECT full_name, phone, password_hash, active FROM accounts WHERE id = ?", patient)
    assert row == (name, None, None, 0)
    assert email not in repr(after)
    assert "1234 999" not in repr(after)
    event = one(hospital, "SELECT reason FROM audit_events WHERE action = 'erase_record' AND object_id = ?", str(patient))
    assert event == (REASON,)


def test_erasure_after_retention_leaves_no_name(hospital: Hospital) -> None:
    patient = settle(hospital)
    email, name = one(hospital, "SELECT email, full_name FROM accounts WHERE id = ?", patient)
    before = contents(hospital)
    hospital.extra["CAREPLUS_RETENTION_YEARS"] = "0"
    code, said = erase(hospital, patient, "--confirm")
    assert code == 0, said
    after = contents(hospital)
    assert email not in repr(after)
    account = one(hospital, "SELECT full_name, date_of_birth, sex, sort_key FROM accounts WHERE id = ?", patient)
    assert (account[:3], name.split()[-1].lower() in account[3]) == (("(erased)", None, "unknown"), False)
    for table in clinical():
        if "patient_id" in table.c:
            rows = databases.query(hospital.database, f"SELECT count(*) FROM {table.name} WHERE patient_id = ?", patient)
            assert rows == [(0,)], table.name
        assert set(map(repr, after[table.name])) <= set(map(repr, before[table.name])), table.name
    removed = {table.name for table in clinical() if len(after[table.name]) < len(before[table.name])}
    assert {"appointments", "lab_results", "observations", "chart_changes", "charts"} <= removed
    with pytest.raises(databases.Refused, match="append_only"):
        databases.execute(hospital.database, "DELETE FROM chart_changes")
    done = hospital.careplus("audit", "verify")
    assert done.returncode == 0, done.stderr


def test_open_booking_and_staff_are_refused(hospital: Hospital) -> None:
    patient = settle(hospital)
    databases.execute(
        hospital.database,
        "UPDATE lab_bookings SET status = 'booked' WHERE id = (SELECT max(id) FROM lab_bookings WHERE patient_id = ?)",
        patient,
    )
    [(doctor,)] = databases.query(hospital.database, "SELECT min(id) FROM doctors")
    before = contents(hospital)
    for number, words in ((patient, "is not over"), (doctor, "no patient"), (10**9, "no patient")):
        code, said = erase(hospital, number, "--confirm")
        assert (code, words in said) == (2, True), said
    assert contents(hospital) == before


def test_patient_who_was_a_doctor_is_refused(hospital: Hospital) -> None:
    [(doctor,)] = databases.query(hospital.database, "SELECT min(id) FROM doctors")
    databases.execute(hospital.database, "UPDATE accounts SET role = 'patient' WHERE id = ?", doctor)
    code, said = erase(hospital, doctor, "--confirm")
    assert (code, "has worked here" in said) == (2, True), said


def test_patient_without_treatment_is_erased_at_once(hospital: Hospital) -> None:
    patient = settle(hospital)
    number = int(one(hospital, "SELECT max(id) FROM accounts")[0]) + 1
    databases.execute(
        hospital.database,
        "INSERT INTO accounts (id, email, full_name, sort_key, search_key, role, sex, language, active, second_factor,"
        " created_at, version) SELECT ?, 'new@example.org', 'Nora New', 'new', 'new', role, sex, language, active, second_factor,"
        " created_at, 1 FROM accounts WHERE id = ?",
        number,
        patient,
    )
    link = "INSERT INTO linked_records (work_account_id, record_account_id, linked_at) VALUES (1, ?, '2030-01-01T00:00:00Z')"
    databases.execute(hospital.database, link, number)
    assert "goes: name, birth date and sex" in erase(hospital, number, "--confirm")[1]
    assert databases.query(hospital.database, "SELECT * FROM linked_records") == []
    assert one(hospital, "SELECT full_name FROM accounts WHERE id = ?", number) == ("(erased)",)
