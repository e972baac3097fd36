"""Statements about prescriptions and their items."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from careplus_contracts.charts import LONGEST_PART
from careplus_contracts.endpoints import Role
from careplus_contracts.prescriptions import Prescribe, Prescription, PrescriptionItem, Prescriptions, PrescriptionStatus
from careplus_contracts.refusals import NotFound
from careplus_contracts.values import Id, Person
from careplus_doctors.store.people import doctor_name
from careplus_runtime.http.paging import after, page
from careplus_runtime.http.problems import NOTHING_HERE
from careplus_runtime.identity.care import patients_in_care
from careplus_runtime.identity.tokens import Identity
from careplus_runtime.process.clock import now
from careplus_tables.accounts import AccountRow
from careplus_tables.prescriptions import PrescriptionItemRow, PrescriptionRow
from careplus_tables.references import new_reference

_PRESCRIPTION: Select[*tuple[Any, ...]] = select(
    col(PrescriptionRow.id),
    col(PrescriptionRow.reference),
    col(PrescriptionRow.patient_id),
    col(AccountRow.full_name).label("patient_name"),
    col(PrescriptionRow.doctor_id),
    doctor_name(col(PrescriptionRow.doctor_id)).label("doctor_name"),
    col(PrescriptionRow.appointment_id),
    col(PrescriptionRow.notes),
    col(PrescriptionRow.override_reason),
    col(PrescriptionRow.status),
    col(PrescriptionRow.created_at),
    col(PrescriptionRow.stopped_at),
    col(PrescriptionRow.stop_reason),
    col(PrescriptionRow.version),
).join(AccountRow, col(AccountRow.id) == col(PrescriptionRow.patient_id))


async def find(db: AsyncSession, who: Identity, prescription_id: int) -> Prescription:
    """One that was prescribed to the patient, or by the doctor. Raises NotFound."""
    found = _PRESCRIPTION.where(col(PrescriptionRow.id) == prescription_id, _own(who))
    rows = (await db.execute(found)).all()
    if not rows:
        raise NotFound(NOTHING_HERE)
    return (await _shown(db, rows))[0]


async def list_own(
    db: AsyncSession,
    who: Identity,
    *,
    patient_id: int | None = None,
    status: PrescriptionStatus | None,
    limit: int,
    cursor: str | None,
) -> Prescriptions:
    """What was prescribed to the patient, or by the doctor, newest first."""
    query = _PRESCRIPTION.where(_own(who))
    if patient_id is not None:
        query = query.where(col(PrescriptionRow.patient_id) == patient_id)
    if status is not None:
        query = query.where(col(PrescriptionRow.status) == status.value)
    if (last := after(cursor, Id)) is not None:
        query = query.where(col(PrescriptionRow.id) < last)
    rows = (await db.execute(query.order_by(col(PrescriptionRow.id).desc()).limit(limit + 1))).all()
    found, next_cursor = page(rows, limit, lambda row: row.id)
    return Prescriptions(items=await _shown(db, found), next_cursor=next_cursor)


async def of_patient(db: AsyncSession, who: Identity, patient_id: int) -> list[Prescription]:
    """What anybody prescribed to a patient in the doctor's care, newest first."""
    query = _PRESCRIPTION.where(
        col(PrescriptionRow.patient_id) == patient_id, col(PrescriptionRow.patient_id).in_(patients_in_care(who, patient_id))
    )
    return await _shown(db, (await db.execute(query.order_by(col(PrescriptionRow.id).desc()).limit(LONGEST_PART))).all())


async def hold(db: AsyncSession, who: Identity, prescription_id: int) -> PrescriptionRow:
    """The row of one's own prescription, to be changed. Raises NotFound."""
    found = select(PrescriptionRow).where(col(PrescriptionRow.id) == prescription_id, _own(who)).with_for_update()
    row = (await db.execute(found)).scalar_one_or_none()
    if row is None:
        raise NotFound(NOTHING_HERE)
    return row


async def add(db: AsyncSession, who: Identity, body: Prescribe) -> Prescription:
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


async def stop(db: AsyncSession, who: Identity, row: PrescriptionRow, reason: str | None) -> Prescription:
    """Stop it; one that is stopped stays as it is."""
    assert row.id is not None
    if row.status == PrescriptionStatus.ACTIVE.value:
        row.status = PrescriptionStatus.STOPPED.value
        row.stopped_at = now()
        row.stop_reason = reason
        row.version += 1
        await db.flush()
    return await find(db, who, row.id)


def _own(who: Identity) -> ColumnElement[bool]:
    return col(PrescriptionRow.doctor_id if who.role is Role.DOCTOR else PrescriptionRow.patient_id) == who.id


async def _shown(db: AsyncSession, rows: Sequence[Any]) -> list[Prescription]:
    items = await _items(db, [row.id for row in rows])
    return [
        Prescription(
            id=row.id,
            reference=row.reference,
            patient=Person(id=row.patient_id, full_name=row.patient_name),
            doctor=Person(id=row.doctor_id, full_name=row.doctor_name),
            appointment_id=row.appointment_id,
            items=items[row.id],
            notes=row.notes,
            override_reason=row.override_reason,
            status=PrescriptionStatus(row.status),
            created_at=row.created_at,
            stopped_at=row.stopped_at,
            stop_reason=row.stop_reason,
            version=row.version,
        )
        for row in rows
    ]


async def _items(db: AsyncSession, prescription_ids: Sequence[int]) -> dict[int, list[PrescriptionItem]]:
    """Items by prescription, in order; no statement for no prescriptions."""
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
