"""The columns of a prescription with its patient and doctor, and the contract made of them and its items."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy import BindParameter, Select, bindparam, select
from sqlmodel import col

from careplus_clinic.courses import is_over
from careplus_contracts.medicines import PrescriptionCheck
from careplus_contracts.prescriptions import PrescribedItem, Prescription, PrescriptionItem, PrescriptionStatus
from careplus_contracts.values import NamedPatient, Person
from careplus_tables.accounts import AccountRow
from careplus_tables.compiled import CompiledStatement
from careplus_tables.engine import AnySession
from careplus_tables.people import doctor_name
from careplus_tables.prescriptions import PrescriptionItemRow, PrescriptionRow, status_on


class _PrescriptionRecord(NamedTuple):
    """One row of `select_prescriptions`, in the order of its columns."""

    id: int
    reference: str
    patient_id: int
    patient_name: str
    date_of_birth: date | None
    doctor_id: int
    doctor_name: str
    appointment_id: int | None
    notes: str | None
    medicine_check: dict[str, Any] | None
    override_reason: str | None
    last_day: date
    emergency: bool
    created_at: datetime
    stopped_at: datetime | None
    stopped_by_id: int | None
    stopped_by: str | None
    stop_reason: str | None
    version: int
    status: str


_COLUMNS = (
    col(PrescriptionRow.id),
    col(PrescriptionRow.reference),
    col(PrescriptionRow.patient_id),
    col(AccountRow.full_name),
    col(AccountRow.date_of_birth),
    col(PrescriptionRow.doctor_id),
    # the names at the time of signing
    sa.func.coalesce(col(PrescriptionRow.doctor_name), doctor_name(col(PrescriptionRow.doctor_id))),
    col(PrescriptionRow.appointment_id),
    col(PrescriptionRow.notes),
    col(PrescriptionRow.medicine_check),
    col(PrescriptionRow.override_reason),
    col(PrescriptionRow.last_day),
    col(PrescriptionRow.emergency),
    col(PrescriptionRow.created_at),
    col(PrescriptionRow.stopped_at),
    col(PrescriptionRow.stopped_by_id),
    sa.func.coalesce(col(PrescriptionRow.stopped_by_name), doctor_name(col(PrescriptionRow.stopped_by_id))),
    col(PrescriptionRow.stop_reason),
    col(PrescriptionRow.version),
)


_ITEMS = CompiledStatement(
    select(
        col(PrescriptionItemRow.prescription_id),
        *(col(getattr(PrescriptionItemRow, name)) for name in PrescriptionItem.model_fields),
    )
    .where(col(PrescriptionItemRow.prescription_id).in_(bindparam("ids", expanding=True)))
    .order_by(col(PrescriptionItemRow.prescription_id), col(PrescriptionItemRow.position))
)


def select_prescriptions(today: date | BindParameter[date]) -> Select[*tuple[Any, ...]]:
    """Return the statement of prescriptions with their status on this day."""
    return select(*_COLUMNS, status_on(today)).join(AccountRow, col(AccountRow.id) == col(PrescriptionRow.patient_id))


async def to_contract(db: AnySession, rows: Sequence[Any], today: date) -> list[Prescription]:
    """Return rows of `select_prescriptions` with their items."""
    records = [_PrescriptionRecord(*row) for row in rows]
    items = await _items(db, records, today)
    return [
        Prescription(
            id=record.id,
            reference=record.reference,
            patient=NamedPatient(id=record.patient_id, full_name=record.patient_name, date_of_birth=record.date_of_birth),
            doctor=Person(id=record.doctor_id, full_name=record.doctor_name),
            appointment_id=record.appointment_id,
            items=items[record.id],
            notes=record.notes,
            check=None if record.medicine_check is None else PrescriptionCheck.model_validate(record.medicine_check),
            override_reason=record.override_reason,
            status=PrescriptionStatus(record.status),
            last_day=record.last_day,
            emergency=record.emergency,
            created_at=record.created_at,
            stopped_at=record.stopped_at,
            stopped_by=_stopped_by(record),
            stop_reason=record.stop_reason,
            version=record.version,
        )
        for record in records
    ]


def _stopped_by(record: _PrescriptionRecord) -> Person | None:
    return None if record.stopped_by_id is None else Person(id=record.stopped_by_id, full_name=record.stopped_by or "")


async def _items(db: AnySession, records: Sequence[_PrescriptionRecord], today: date) -> dict[int, list[PrescribedItem]]:
    """Return items by prescription, in order, with the last day of each."""
    found: dict[int, list[dict[str, Any]]] = defaultdict(list)
    if records:
        for prescription_id, *values in await _ITEMS.all(db, ids=[record.id for record in records]):
            found[prescription_id].append(dict(zip(PrescriptionItem.model_fields, values, strict=True)))
    return {record.id: _with_last_days(record, found[record.id], today) for record in records}


def _with_last_days(record: _PrescriptionRecord, items: list[dict[str, Any]], today: date) -> list[PrescribedItem]:
    """Return the items of a prescription; the longest one lasts as long as the prescription."""
    longest = max((item["duration_days"] for item in items), default=0)
    shown = []
    for item in items:
        last = record.last_day - timedelta(days=longest - item["duration_days"])
        active = record.status == PrescriptionStatus.ACTIVE.value and not is_over(last, today)
        shown.append(PrescribedItem.model_construct(**item, last_day=last, active=active))
    return shown
