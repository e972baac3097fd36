"""Statements about everybody's visits, for reception: reason and notes are not even read."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, false, func, select, true, tuple_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased
from sqlmodel import col

from careplus_appointments.store import appointments
from careplus_contracts.appointments import AppointmentStatus, Practitioner
from careplus_contracts.endpoints import Role
from careplus_contracts.reception import ArrangedStatus, Arrangement, Arrangements, Caller
from careplus_contracts.refusals import NotFound
from careplus_contracts.values import Id, Instant
from careplus_runtime.http.paging import after, page
from careplus_runtime.http.problems import NOTHING_HERE
from careplus_runtime.identity.tokens import Identity
from careplus_tables.accounts import AccountRow
from careplus_tables.appointments import AppointmentRow
from careplus_tables.doctors import DoctorRow

EVERYBODYS = "reception arranges everybody's visits"
_a, _patient, _doctor = AppointmentRow, aliased(AccountRow), aliased(AccountRow)


async def list_all(
    db: AsyncSession,
    who: Identity,
    span: tuple[datetime, datetime],
    doctor_id: int | None,
    patient_id: int | None,
    status: AppointmentStatus | None,
    limit: int,
    cursor: str | None,
) -> Arrangements:
    """Visits that start during the span, in order of time."""
    query = _shown_columns().where(_theirs(who), col(_a.starts_at) >= span[0], col(_a.starts_at) < span[1])
    wanted = ((_a.doctor_id, doctor_id), (_a.patient_id, patient_id), (_a.status, status and status.value))
    query = query.where(*(col(column) == value for column, value in wanted if value is not None))
    if key := after(cursor, tuple[Instant, Id]):
        query = query.where(tuple_(col(_a.starts_at), col(_a.id)) > key)
    found = (await db.execute(query.order_by(col(_a.starts_at), col(_a.id)).limit(limit + 1))).all()
    rows, next_cursor = page(found, limit, lambda row: (row.starts_at, row.id))
    return Arrangements(items=[_arrangement(row) for row in rows], next_cursor=next_cursor)


async def show(db: AsyncSession, who: Identity, appointment_id: int) -> Arrangement:
    return _arrangement((await db.execute(_shown_columns().where(_theirs(who), col(_a.id) == appointment_id))).one())


async def find(db: AsyncSession, who: Identity, appointment_id: int) -> AppointmentRow:
    """Anybody's visit, held until the transaction ends (PostgreSQL). Raises NotFound."""
    query = select(AppointmentRow).where(_theirs(who), col(_a.id) == appointment_id).with_for_update()
    query = query.execution_options(cross_patient=EVERYBODYS)
    row = (await db.execute(query)).scalar_one_or_none()
    if row is None:
        raise NotFound(NOTHING_HERE)
    return row


async def check_patient(db: AsyncSession, who: Identity, patient_id: int) -> None:
    """Raise NotFound unless this is a patient of the house."""
    is_patient = (col(AccountRow.role) == Role.PATIENT.value, col(AccountRow.active).is_(True))
    query = select(col(AccountRow.id)).where(_theirs(who), col(AccountRow.id) == patient_id, *is_patient)
    if (await db.execute(query)).scalar_one_or_none() is None:
        raise NotFound("There is no such patient with an active account.")


async def take(db: AsyncSession, who: Identity, row: AppointmentRow, status: ArrangedStatus) -> None:
    """Take a visit to a status that may follow; naming the one it has changes nothing. Raises SlotTaken."""
    if row.status == status.value:
        return
    row.status = status.value
    if status is ArrangedStatus.CANCELLED:
        row.cancelled_by = who.role.value
    await appointments.save(db, row)


def _theirs(who: Identity) -> ColumnElement[bool]:
    return true() if who.role is Role.ADMIN else false()


def _shown_columns() -> Select[*tuple[Any, ...]]:
    """The columns of an Arrangement in the order of `_arrangement`."""
    return (
        select(
            col(_a.id),
            col(_a.reference),
            col(_a.starts_at),
            col(_a.ends_at),
            col(_a.status),
            col(_a.place),
            col(_a.cancelled_by),
            col(_a.created_at),
            col(_a.version),
            col(_patient.id),
            col(_patient.full_name),
            col(_patient.date_of_birth),
            col(_patient.phone),
            col(_doctor.id),
            func.coalesce(col(DoctorRow.full_name), col(_doctor.full_name)),
            col(DoctorRow.specialty),
        )
        .join(_patient, col(_patient.id) == col(_a.patient_id))
        .join(_doctor, col(_doctor.id) == col(_a.doctor_id))
        .outerjoin(DoctorRow, col(DoctorRow.id) == col(_a.doctor_id))
        .execution_options(cross_patient=EVERYBODYS)
    )


def _arrangement(row: Sequence[Any]) -> Arrangement:
    return Arrangement(
        id=row[0],
        reference=row[1],
        starts_at=row[2],
        ends_at=row[3],
        status=AppointmentStatus(row[4]),
        place=row[5],
        cancelled_by=row[6] and Role(row[6]),
        created_at=row[7],
        version=row[8],
        patient=Caller(id=row[9], full_name=row[10], date_of_birth=row[11], phone=row[12]),
        doctor=Practitioner(id=row[13], full_name=row[14], specialty=row[15]),
    )
