"""Statements about the doctors that reception chooses from."""

from typing import Any

from sqlalchemy import ColumnElement, Select, false, func, or_, select
from sqlmodel import col

from careplus_appointments.rules.ages import Limits, limits_of
from careplus_appointments.store import specialty_ages
from careplus_appointments.store.reception import is_desk
from careplus_clinic.specialties import names_of
from careplus_contracts.endpoints import Role
from careplus_contracts.reception import DeskDoctor, DeskDoctorFilter, DeskDoctors
from careplus_runtime.http.records import by_name, fetch_page, one_or_404
from careplus_runtime.identity.tokens import Identity
from careplus_tables.accounts import AccountRow
from careplus_tables.doctors import DoctorRow
from careplus_tables.engine import AnySession, ReadSession
from careplus_tables.handovers import HandoverRow
from careplus_tables.people import display_key, display_name, is_bookable

_BY_NAME = by_name(display_key(AccountRow), col(AccountRow.id), lambda row: (row.sort_key, row.id))


async def list_all(db: ReadSession, who: Identity, wanted: DeskDoctorFilter) -> DeskDoctors:
    """Return the doctors by name, also those who have another role now."""
    account, can_book = AccountRow, is_bookable(AccountRow)
    query: Select[*tuple[Any, ...]] = (
        select(
            col(account.id).label("id"),
            display_name(account).label("full_name"),
            display_key(account).label("sort_key"),
            col(DoctorRow.specialty).label("specialty"),
            col(DoctorRow.room).label("room"),
            can_book.label("bookable"),
        )
        .outerjoin(DoctorRow, col(DoctorRow.id) == col(account.id))
        .where(is_desk(who), _is_doctor())
    )
    if wanted.bookable is not None:
        query = query.where(func.coalesce(can_book, false()).is_(wanted.bookable))
    limits = await specialty_ages.read(db)
    rows, next_cursor = await fetch_page(db, query, _BY_NAME, wanted)
    return DeskDoctors(items=[_to_doctor(row, limits) for row in rows], next_cursor=next_cursor)


async def find(db: AnySession, who: Identity, doctor_id: int) -> None:
    """Raise NotFound unless the id is of a doctor, also of one with another role now."""
    await one_or_404(db, select(col(AccountRow.id)).where(is_desk(who), _is_doctor(), col(AccountRow.id) == doctor_id))


def _is_doctor() -> ColumnElement[bool]:
    account = AccountRow
    return or_(col(account.role) == Role.DOCTOR.value, col(account.id).in_(select(col(HandoverRow.doctor_id))))


def _to_doctor(row: Any, limits: Limits) -> DeskDoctor:
    return DeskDoctor(
        id=row.id,
        full_name=row.full_name,
        specialty=row.specialty,
        specialty_names=names_of(row.specialty),
        bookable=bool(row.bookable),
        room=row.room,
        ages=limits_of(row.specialty, limits),
    )
