"""Statements that read a patient's visits and the notes about them."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from careplus_contracts.appointments import Appointment, AppointmentStatus, Practitioner
from careplus_contracts.charts import LONGEST_PART, ChartVisit
from careplus_contracts.endpoints import Role
from careplus_contracts.notes import Addendum, Notes, NotesStatus
from careplus_contracts.values import Person
from careplus_doctors.store.people import doctor_name
from careplus_runtime.identity.care import patients_in_care
from careplus_runtime.identity.tokens import Identity
from careplus_tables.accounts import AccountRow
from careplus_tables.appointments import AppointmentRow
from careplus_tables.doctors import DoctorRow
from careplus_tables.notes import AddendumRow, NotesRow

VISIT: Select[*tuple[Any, ...]] = (
    select(AppointmentRow, col(AccountRow.full_name), doctor_name(col(AppointmentRow.doctor_id)), col(DoctorRow.specialty))
    .join(AccountRow, col(AccountRow.id) == col(AppointmentRow.patient_id))
    .outerjoin(DoctorRow, col(DoctorRow.id) == col(AppointmentRow.doctor_id))
)
"""The columns that `appointment` takes."""


async def of_patient(db: AsyncSession, who: Identity, patient_id: int) -> list[ChartVisit]:
    """Those of a patient in the doctor's care, to any doctor, newest first."""
    query = (
        VISIT.where(col(AppointmentRow.patient_id) == patient_id)
        .where(col(AppointmentRow.patient_id).in_(patients_in_care(who, patient_id)))
        .order_by(col(AppointmentRow.starts_at).desc(), col(AppointmentRow.id).desc())
        .limit(LONGEST_PART)
    )
    rows = (await db.execute(query)).all()
    notes = await _notes(db, who, patient_id, [row[0].id for row in rows])
    return [ChartVisit(**dict(appointment(*row)), note=row[0].note, notes=notes.get(row[0].id)) for row in rows]


def appointment(row: AppointmentRow, patient_name: str, doctor_name: str, specialty: str | None) -> Appointment:
    assert row.id is not None
    return Appointment(
        id=row.id,
        reference=row.reference,
        patient=Person(id=row.patient_id, full_name=patient_name),
        doctor=Practitioner(id=row.doctor_id, full_name=doctor_name, specialty=specialty),
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        status=AppointmentStatus(row.status),
        reason=row.reason,
        place=row.place,
        cancelled_by=None if row.cancelled_by is None else Role(row.cancelled_by),
        cancel_reason=row.cancel_reason,
        created_at=row.created_at,
        version=row.version,
    )


async def _notes(db: AsyncSession, who: Identity, patient_id: int, visit_ids: Sequence[int]) -> dict[int, Notes]:
    """Signed ones and the doctor's own drafts."""
    query = select(NotesRow, doctor_name(col(NotesRow.author_id))).where(
        col(NotesRow.appointment_id).in_(visit_ids),
        or_(col(NotesRow.status) == NotesStatus.SIGNED.value, col(NotesRow.author_id) == who.id),
    )
    rows = (await db.execute(query)).all()
    added = await _addenda(db, [row.appointment_id for row, _ in rows])
    return {row.appointment_id: _shown(row, patient_id, author, added[row.appointment_id]) for row, author in rows}


async def _addenda(db: AsyncSession, visit_ids: Sequence[int]) -> dict[int, list[Addendum]]:
    query = (
        select(AddendumRow, doctor_name(col(AddendumRow.by_id)))
        .where(col(AddendumRow.appointment_id).in_(visit_ids))
        .order_by(col(AddendumRow.appointment_id), col(AddendumRow.position))
    )
    found: dict[int, list[Addendum]] = defaultdict(list)
    for row, name in (await db.execute(query)).all():
        found[row.appointment_id].append(Addendum(text=row.text, at=row.at, by=_person(row.by_id, name)))
    return found


def _shown(row: NotesRow, patient_id: int, author: str | None, addenda: list[Addendum]) -> Notes:
    return Notes(
        **row.model_dump(include={"appointment_id", "text", "updated_at", "signed_at", "version"}),
        patient_id=patient_id,
        status=NotesStatus(row.status),
        author=_person(row.author_id, author),
        addenda=addenda,
    )


def _person(id_: int, full_name: str | None) -> Person:
    # null only for no doctor
    assert full_name is not None
    return Person(id=id_, full_name=full_name)
