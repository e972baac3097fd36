"""Migration 0033 stores the present names in signed rows, and keeps the present comments; history is append-only."""

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from careplus_tables.registry import METADATA
from tests.tables.migrated import upgraded
from tests.tables.test_migration_0010 import insert
from tests.tables.test_patient_times import NOON, add_accounts

DOCTOR, PATIENT = 1, 2
NOTHING = {"allergies": [], "no_known_allergies": False, "problems": None}


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[sa.Engine]:
    """Yield the engine of a database that was filled at revision 0032 and upgraded."""
    with upgraded(request, tmp_path_factory, "0032", fill_0032) as engine:
        yield engine


def fill_0032(connection: sa.Connection) -> None:
    """Insert a signed note, a draft, a prescription, a chart, and a released result with a comment."""
    add_accounts(connection)
    for id_, status in ((1, "signed"), (2, "draft")):
        times = {"starts_at": NOON + timedelta(hours=id_), "ends_at": NOON + timedelta(hours=id_, minutes=30)}
        people = {"patient_id": PATIENT, "doctor_id": DOCTOR}
        visit = {"id": id_, "reference": f"CP-{id_}", "status": "booked", "created_at": NOON, "version": 1}
        insert(connection, "appointments", **visit, **people, **times)
        signed = {"signed_at": NOON, "signed_by_id": DOCTOR} if status == "signed" else {}
        notes = {"appointment_id": id_, "author_id": DOCTOR, "text": "", "status": status, "updated_at": NOON, "version": 1}
        insert(connection, "notes", **notes, **signed)
    prescription = {"id": 1, "reference": "RX-1", "patient_id": PATIENT, "doctor_id": DOCTOR, "status": "active", "version": 1}
    insert(connection, "prescriptions", **prescription, created_at=NOON, last_day=date(2030, 1, 7))
    insert(connection, "charts", patient_id=PATIENT, no_known_allergies=False, version=1)
    test = {"category": "", "specimen": "", "preparation": "", "plain": "", "turnaround_hours": 1, "price_minor": 1}
    more_of_test = {"currency": "EUR", "version": 1, "search_key": "", "active": True}
    insert(connection, "lab_tests", code="CBC", name="CBC", **test, **more_of_test)
    booking = {"id": 1, "reference": "LB-1", "patient_id": PATIENT, "status": "verified", "ordered_by_id": DOCTOR}
    insert(connection, "lab_bookings", **booking, created_at=NOON, version=1)
    result = {"id": 1, "booking_id": 1, "patient_id": PATIENT, "test_code": "CBC", "status": "released", "ordered_by_id": DOCTOR}
    times = {"entered_at": NOON, "specimen_at": NOON, "verified_at": NOON, "released_at": NOON}
    people = {"entered_by_id": DOCTOR, "verified_by_id": DOCTOR, "released_by_id": DOCTOR}
    values = {"critical": False, "outside_range": 0, "urgency": 0, "version": 3, "comment": "Fine."}
    insert(connection, "lab_results", **result, **times, **people, **values)


def test_signed_rows_have_the_present_names(engine: sa.Engine) -> None:
    notes, prescriptions, results = (METADATA.tables[name].c for name in ("notes", "prescriptions", "lab_results"))
    with engine.connect() as connection:
        name = connection.execute(sa.text("SELECT full_name FROM accounts WHERE id = 1")).scalar_one()
        query = sa.select(notes.author_name, notes.signed_by_name).order_by(notes.appointment_id)
        assert [tuple(row) for row in connection.execute(query)] == [(name, name), (None, None)], "a draft is not signed"
        row = connection.execute(sa.select(prescriptions.doctor_name, prescriptions.stopped_by_name)).one()
        assert tuple(row) == (name, None)
        of_result = (results.ordered_by_name, results.verified_by_name, results.released_by_name, results.corrected_by_name)
        assert tuple(connection.execute(sa.select(*of_result)).one()) == (name, name, name, None)


def test_present_comment_is_the_first_version(engine: sa.Engine) -> None:
    kept = METADATA.tables["result_comments"].c
    with engine.connect() as connection:
        row = connection.execute(sa.select(kept.result_id, kept.version, kept.text, kept.was_released, kept.at, kept.by_id)).one()
    assert tuple(row) == (1, 3, "Fine.", False, None, None)


@pytest.mark.parametrize("table", ["result_comments", "chart_changes"])
def test_history_is_neither_changed_nor_deleted(engine: sa.Engine, table: str) -> None:
    history = METADATA.tables[table]
    with engine.connect() as connection, connection.begin() as transaction:
        by = {"changed_at": NOON, "changed_by_id": DOCTOR, "changed_by_name": "Dr Ama Osei"}
        change = {"id": 1, "patient_id": PATIENT, "version": 2, "part": "allergies", "before": NOTHING, "after": NOTHING, **by}
        connection.execute(sa.insert(METADATA.tables["chart_changes"]).values(change))
        for statement in (sa.update(history).values(version=9), sa.delete(history)):
            with pytest.raises(sa.exc.DBAPIError, match="append_only"), connection.begin_nested():
                connection.execute(statement)
        transaction.rollback()
