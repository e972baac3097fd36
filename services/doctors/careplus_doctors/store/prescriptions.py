"""Statements about prescriptions and their items."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, select
from sqlmodel import col

from careplus_clinic.clinic_time import local_date
from careplus_clinic.courses import is_over, last_day
from careplus_contracts.charts import LONGEST_PART
from careplus_contracts.endpoints import Role
from careplus_contracts.prescriptions import (
    Prescribe,
    PrescribedFilter,
    PrescribedItem,
    Prescription,
    PrescriptionFilter,
    PrescriptionItem,
    Prescriptions,
    PrescriptionStatus,
)
from careplus_contracts.refusals import NotFound
from careplus_contracts.values import NamedPatient, Person
from careplus_runtime.http.problems import NOTHING_HERE
from careplus_runtime.http.records import fetch_page, newest_first, one_or_404
from careplus_runtime.identity.care import patients_in_care
from careplus_runtime.identity.tokens import Identity
from careplus_runtime.process.clock import now, this_second
from careplus_tables.accounts import AccountRow
from careplus_tables.colleagues import is_or_is_done_by
from careplus_tables.engine import AnySession, ReadSession, WriteSession
from careplus_tables.people import doctor_name
from careplus_tables.prescriptions import PrescriptionItemRow, PrescriptionRow, status_on
from careplus_tables.references import new_reference


class _PrescriptionRecord(NamedTuple):
    """One row of `_select`, in the order of its columns."""

    id: int
    reference: str
    patient_id: int
    patient_name: str
    date_of_birth: date | None
    doctor_id: int
    doctor_name: str
    appointment_id: int | None
    notes: str | None
    override_reason: str | None
    last_day: date
    created_at: datetime
    stopped_at: datetime | None
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
    doctor_name(col(PrescriptionRow.doctor_id)),
    col(PrescriptionRow.appointment_id),
    col(PrescriptionRow.notes),
    col(PrescriptionRow.override_reason),
    col(PrescriptionRow.last_day),
    col(PrescriptionRow.created_at),
    col(PrescriptionRow.stopped_at),
    col(PrescriptionRow.stop_reason),
    col(PrescriptionRow.version),
)
_NEWEST_FIRST = newest_first(col(PrescriptionRow.id))


async def find(db: AnySession, who: Identity, prescription_id: int, zone: ZoneInfo) -> Prescription:
    """Return a prescription to the patient, or one that the doctor may stop. Raise NotFound."""
    today = local_date(now(), zone)
    query = _select(today).where(col(PrescriptionRow.id) == prescription_id, _is_own(who))
    rows = (await db.execute(query)).all()
    if not rows:
        raise NotFound(NOTHING_HERE)
    [prescription] = await _to_contract(db, rows, today)
    return prescription


async def check_own(db: AnySession, who: Identity, prescription_id: int) -> None:
    """Raise NotFound unless `find` returns the prescription."""
    await one_or_404(db, select(col(PrescriptionRow.id)).where(col(PrescriptionRow.id) == prescription_id, _is_own(who)))


async def list_own(
    db: ReadSession, who: Identity, wanted: PrescribedFilter | PrescriptionFilter, zone: ZoneInfo
) -> Prescriptions:
    """Return prescriptions to the patient, or by the doctor, newest first."""
    today = local_date(now(), zone)
    query = _select(today).where(_is_own(who))
    if isinstance(wanted, PrescribedFilter) and wanted.patient_id is not None:
        query = query.where(col(PrescriptionRow.patient_id) == wanted.patient_id)
    if wanted.status is not None:
        query = query.where(status_on(today) == wanted.status.value)
    rows, next_cursor = await fetch_page(db, query, _NEWEST_FIRST, wanted)
    return Prescriptions(items=await _to_contract(db, rows, today), next_cursor=next_cursor)


async def of_patient(db: ReadSession, who: Identity, patient_id: int, zone: ZoneInfo) -> list[Prescription]:
    """Return prescriptions of any doctor to a patient in the doctor's care, newest first."""
    today = local_date(now(), zone)
    query = _select(today).where(
        col(PrescriptionRow.patient_id) == patient_id, col(PrescriptionRow.patient_id).in_(patients_in_care(who, patient_id))
    )
    rows = (await db.execute(query.order_by(col(PrescriptionRow.id).desc()).limit(LONGEST_PART))).all()
    return await _to_contract(db, rows, today)


async def lock_for_update(db: AnySession, who: Identity, prescription_id: int) -> PrescriptionRow:
    """Return the own prescription, locked. Raise NotFound."""
    query = select(PrescriptionRow).where(col(PrescriptionRow.id) == prescription_id, _is_own(who))
    return await one_or_404(db, query.with_for_update())


async def add(db: WriteSession, who: Identity, body: Prescribe, zone: ZoneInfo) -> Prescription:
    """Insert a prescription by the doctor with its items."""
    at = this_second()
    row = PrescriptionRow(
        reference=new_reference("RX"),
        patient_id=body.patient_id,
        doctor_id=who.id,
        appointment_id=body.appointment_id,
        notes=body.notes,
        override_reason=body.override_reason,
        last_day=last_day(at, max(item.duration_days for item in body.items), zone),
        created_at=at,
    )
    db.add(row)
    await db.flush()
    assert row.id is not None
    for position, item in enumerate(body.items):
        db.add(PrescriptionItemRow(prescription_id=row.id, position=position, **dict(item)))
    await db.flush()
    return await find(db, who, row.id, zone)


async def stop(db: WriteSession, who: Identity, row: PrescriptionRow, reason: str | None, zone: ZoneInfo) -> Prescription:
    """Stop the prescription as its next version; one that is stopped already does not change."""
    assert row.id is not None
    if row.status == PrescriptionStatus.ACTIVE.value:
        row.status = PrescriptionStatus.STOPPED.value
        row.stopped_at = now()
        row.stop_reason = reason
        row.version += 1
        await db.flush()
    return await find(db, who, row.id, zone)


def _select(today: date) -> Select[*tuple[Any, ...]]:
    """Return the statement of prescriptions with their status on this day."""
    return select(*_COLUMNS, status_on(today)).join(AccountRow, col(AccountRow.id) == col(PrescriptionRow.patient_id))


def _is_own(who: Identity) -> ColumnElement[bool]:
    """Return the condition of the patient's prescriptions, or of the doctor's and of doctors that the doctor replaces."""
    if who.role is Role.DOCTOR:
        return is_or_is_done_by(col(PrescriptionRow.doctor_id), who.id)
    return col(PrescriptionRow.patient_id) == who.id


async def _to_contract(db: AnySession, rows: Sequence[Any], today: date) -> list[Prescription]:
    """Return rows of `_select` with their items."""
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
            override_reason=record.override_reason,
            status=PrescriptionStatus(record.status),
            last_day=record.last_day,
            created_at=record.created_at,
            stopped_at=record.stopped_at,
            stop_reason=record.stop_reason,
            version=record.version,
        )
        for record in records
    ]


async def _items(db: AnySession, records: Sequence[_PrescriptionRecord], today: date) -> dict[int, list[PrescribedItem]]:
    """Return items by prescription, in order, with the last day of each."""
    found: dict[int, list[dict[str, Any]]] = defaultdict(list)
    if records:
        names = [getattr(PrescriptionItemRow, name) for name in PrescriptionItem.model_fields]
        query = select(col(PrescriptionItemRow.prescription_id), *map(col, names)).where(
            col(PrescriptionItemRow.prescription_id).in_([record.id for record in records])
        )
        ordered = query.order_by(col(PrescriptionItemRow.prescription_id), col(PrescriptionItemRow.position))
        for prescription_id, *values in (await db.execute(ordered)).all():
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
