"""Statements about prescriptions and their items."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, select
from sqlmodel import col

from careplus_contracts.charts import LONGEST_PART
from careplus_contracts.endpoints import Role
from careplus_contracts.prescriptions import (
    Prescribe,
    PrescribedFilter,
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
from careplus_runtime.process.clock import now
from careplus_tables.accounts import AccountRow
from careplus_tables.colleagues import is_or_is_done_by
from careplus_tables.engine import AnySession, ReadSession, WriteSession
from careplus_tables.people import doctor_name
from careplus_tables.prescriptions import PrescriptionItemRow, PrescriptionRow
from careplus_tables.references import new_reference


class _PrescriptionRecord(NamedTuple):
    """One row of `_PRESCRIPTION`, in the order of its columns."""

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
    status: str
    created_at: datetime
    stopped_at: datetime | None
    stop_reason: str | None
    version: int


_PRESCRIPTION: Select[*tuple[Any, ...]] = select(
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
    col(PrescriptionRow.status),
    col(PrescriptionRow.created_at),
    col(PrescriptionRow.stopped_at),
    col(PrescriptionRow.stop_reason),
    col(PrescriptionRow.version),
).join(AccountRow, col(AccountRow.id) == col(PrescriptionRow.patient_id))
_NEWEST_FIRST = newest_first(col(PrescriptionRow.id))


async def find(db: AnySession, who: Identity, prescription_id: int) -> Prescription:
    """Return a prescription to the patient, or one that the doctor may stop. Raise NotFound."""
    query = _PRESCRIPTION.where(col(PrescriptionRow.id) == prescription_id, _is_own(who))
    rows = (await db.execute(query)).all()
    if not rows:
        raise NotFound(NOTHING_HERE)
    [prescription] = await _to_contract(db, rows)
    return prescription


async def list_own(db: ReadSession, who: Identity, wanted: PrescribedFilter | PrescriptionFilter) -> Prescriptions:
    """Return prescriptions to the patient, or by the doctor, newest first."""
    query = _PRESCRIPTION.where(_is_own(who))
    if isinstance(wanted, PrescribedFilter) and wanted.patient_id is not None:
        query = query.where(col(PrescriptionRow.patient_id) == wanted.patient_id)
    if wanted.status is not None:
        query = query.where(col(PrescriptionRow.status) == wanted.status.value)
    rows, next_cursor = await fetch_page(db, query, _NEWEST_FIRST, wanted)
    return Prescriptions(items=await _to_contract(db, rows), next_cursor=next_cursor)


async def of_patient(db: ReadSession, who: Identity, patient_id: int) -> list[Prescription]:
    """Return prescriptions of any doctor to a patient in the doctor's care, newest first."""
    query = _PRESCRIPTION.where(
        col(PrescriptionRow.patient_id) == patient_id, col(PrescriptionRow.patient_id).in_(patients_in_care(who, patient_id))
    )
    return await _to_contract(db, (await db.execute(query.order_by(col(PrescriptionRow.id).desc()).limit(LONGEST_PART))).all())


async def lock_for_update(db: AnySession, who: Identity, prescription_id: int) -> PrescriptionRow:
    """Return the own prescription, locked. Raise NotFound."""
    query = select(PrescriptionRow).where(col(PrescriptionRow.id) == prescription_id, _is_own(who))
    return await one_or_404(db, query.with_for_update())


async def add(db: WriteSession, who: Identity, body: Prescribe) -> Prescription:
    """Insert a prescription by the doctor with its items."""
    row = PrescriptionRow(
        reference=new_reference("RX"),
        patient_id=body.patient_id,
        doctor_id=who.id,
        appointment_id=body.appointment_id,
        notes=body.notes,
        override_reason=body.override_reason,
        created_at=now(),
    )
    db.add(row)
    await db.flush()
    assert row.id is not None
    for position, item in enumerate(body.items):
        db.add(PrescriptionItemRow(prescription_id=row.id, position=position, **dict(item)))
    await db.flush()
    return await find(db, who, row.id)


async def stop(db: WriteSession, who: Identity, row: PrescriptionRow, reason: str | None) -> Prescription:
    """Stop the prescription as its next version; one that is stopped already does not change."""
    assert row.id is not None
    if row.status == PrescriptionStatus.ACTIVE.value:
        row.status = PrescriptionStatus.STOPPED.value
        row.stopped_at = now()
        row.stop_reason = reason
        row.version += 1
        await db.flush()
    return await find(db, who, row.id)


def _is_own(who: Identity) -> ColumnElement[bool]:
    """Return the condition of the patient's prescriptions, or of the doctor's and of doctors whose work the doctor does."""
    if who.role is Role.DOCTOR:
        return is_or_is_done_by(col(PrescriptionRow.doctor_id), who.id)
    return col(PrescriptionRow.patient_id) == who.id


async def _to_contract(db: AnySession, rows: Sequence[Any]) -> list[Prescription]:
    """Return rows of `_PRESCRIPTION` with their items."""
    records = [_PrescriptionRecord(*row) for row in rows]
    items = await _items(db, [record.id for record in records])
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
            created_at=record.created_at,
            stopped_at=record.stopped_at,
            stop_reason=record.stop_reason,
            version=record.version,
        )
        for record in records
    ]


async def _items(db: AnySession, prescription_ids: Sequence[int]) -> dict[int, list[PrescriptionItem]]:
    """Return items by prescription, in order."""
    items: dict[int, list[PrescriptionItem]] = defaultdict(list)
    if prescription_ids:
        names = [getattr(PrescriptionItemRow, name) for name in PrescriptionItem.model_fields]
        found = select(col(PrescriptionItemRow.prescription_id), *map(col, names)).where(
            col(PrescriptionItemRow.prescription_id).in_(prescription_ids)
        )
        ordered = found.order_by(col(PrescriptionItemRow.prescription_id), col(PrescriptionItemRow.position))
        for prescription_id, *values in (await db.execute(ordered)).all():
            item = dict(zip(PrescriptionItem.model_fields, values, strict=True))
            items[prescription_id].append(PrescriptionItem.model_construct(**item))
    return items
