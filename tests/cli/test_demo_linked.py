"""Linked accounts of the demo hospital: one doctor and one patient."""

from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlmodel import col

from careplus_demo.linked_record import DOCTOR, NAME
from careplus_demo.plan import Plan
from careplus_tables.accounts import AccountRow
from careplus_tables.appointments import AppointmentRow
from careplus_tables.linked_records import LinkedRecordRow
from tests.cli.test_demo import filled, rows


def test_demo_doctor_has_linked_record_and_no_own_visit(tmp_path: Path) -> None:
    engine = filled(Plan(datetime(2027, 3, 10, 9, 40, tzinfo=UTC), ZoneInfo("Europe/Berlin")), tmp_path)
    with engine.connect() as connection:
        [link] = rows(connection, LinkedRecordRow)
        query = sa.select(col(AccountRow.id), col(AccountRow.full_name))
        names = {row.id: row.full_name for row in connection.execute(query)}
        assert (names[link.work_account_id], names[link.record_account_id]) == (DOCTOR, NAME)
        visits = rows(connection, AppointmentRow)
    engine.dispose()
    assert any(visit.doctor_id == link.work_account_id for visit in visits)
    assert not any((visit.doctor_id, visit.patient_id) == (link.work_account_id, link.record_account_id) for visit in visits)
