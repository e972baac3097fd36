"""Statements about types of visits and the doctors that offer them."""

from collections import defaultdict
from typing import Any

from sqlalchemy import bindparam, delete, func, select
from sqlmodel import col

from careplus_appointments.rules.visit_types import VisitPlan, WantedVisit
from careplus_contracts.endpoints import Role
from careplus_contracts.own_visit_types import OwnVisitType, OwnVisitTypes, SetOwnVisitTypes
from careplus_contracts.values import Id, PageFilter
from careplus_contracts.visit_types import (
    MOST_TYPES,
    NewVisitType,
    OfferedVisitType,
    SetVisitType,
    TooManyVisitTypes,
    VisitType,
    VisitTypeNotOffered,
    VisitTypes,
)
from careplus_runtime.http.records import Keyset, fetch_page, one_or_404
from careplus_runtime.identity.tokens import Identity
from careplus_tables.accounts import AccountRow
from careplus_tables.appointments import AppointmentRow
from careplus_tables.compiled import CompiledStatement, literal_limit
from careplus_tables.doctors import DoctorRow
from careplus_tables.engine import AnySession, ReadSession, WriteSession
from careplus_tables.locking import lock_accounts
from careplus_tables.people import IS_BOOKABLE_DOCTOR
from careplus_tables.visit_records import TYPE_COLUMNS, type_members
from careplus_tables.visit_types import DoctorVisitTypeRow, VisitTypeChoiceRow, VisitTypeRow

MOST_OFFERED = 10_000
"""Types that a hundred doctors of one list offer."""
_type, _choice = VisitTypeRow, DoctorVisitTypeRow
_MINUTES = func.coalesce(col(_choice.minutes), col(_type.minutes))
_BY_ID = Keyset((col(_type.id),), Id, lambda row: row.id)
# every search for free times and every booking reads them
_OFFERED = CompiledStatement(
    select(col(_choice.doctor_id), col(_type.id), _MINUTES, col(_type.buffer_minutes), col(_type.staff_only))
    .join(_type, col(_type.id) == col(_choice.visit_type_id))
    .where(col(_choice.doctor_id).in_(bindparam("doctors", expanding=True)), col(_type.active))
    .order_by(col(_choice.doctor_id), col(_choice.position))
    .limit(literal_limit(MOST_OFFERED))
)


async def of_doctors(db: AnySession, doctor_ids: list[int]) -> dict[int, list[VisitPlan]]:
    """Return the active types that each doctor offers, in the doctor's order."""
    found: dict[int, list[VisitPlan]] = defaultdict(list)
    for doctor_id, type_id, minutes, buffer_minutes, staff_only in await _OFFERED.all(db, doctors=doctor_ids):
        found[doctor_id].append(VisitPlan(type_id, minutes, buffer_minutes, bool(staff_only)))
    return found


async def list_offered(db: ReadSession, doctor_id: int, *, online: bool) -> list[OfferedVisitType]:
    """Return the types that a doctor offers, `online` without types of the staff."""
    query = (
        select(*TYPE_COLUMNS, _MINUTES, col(_type.staff_only))
        .join(_choice, col(_choice.visit_type_id) == col(_type.id))
        .where(col(_choice.doctor_id) == doctor_id, col(_type.active))
        .order_by(col(_choice.position))
        .limit(MOST_TYPES)
    )
    if online:
        query = query.where(col(_type.staff_only).is_(False))
    return [_offered(*row) for row in (await db.execute(query)).all()]


async def offering(db: AnySession, visit_type_id: int) -> list[tuple[int, str, bool]]:
    """Return id and specialty of the bookable doctors that offer an active type, each with whether only staff book it."""
    query = (
        select(col(DoctorRow.id), col(DoctorRow.specialty), col(_type.staff_only))
        .join(_choice, col(_choice.doctor_id) == col(DoctorRow.id))
        .join(_type, col(_type.id) == col(_choice.visit_type_id))
        .join(AccountRow, col(AccountRow.id) == col(DoctorRow.id))
        .where(col(_type.id) == visit_type_id, col(_type.active), *IS_BOOKABLE_DOCTOR)
        .limit(MOST_OFFERED)
    )
    return [(doctor_id, specialty, staff_only) for doctor_id, specialty, staff_only in await db.execute(query)]


def of_moving(row: AppointmentRow) -> WantedVisit:
    """Return the type and length that a moved visit keeps."""
    minutes = round((row.ends_at - row.starts_at).total_seconds() / 60)
    return WantedVisit(kept=VisitPlan(row.visit_type_id, minutes, row.buffer_minutes), moved_id=row.id)


async def list_all(db: ReadSession, wanted: PageFilter) -> VisitTypes:
    """Return all types, in the order in which they were added."""
    rows, next_cursor = await fetch_page(db, select(_type), _BY_ID, wanted)
    return VisitTypes(items=[to_contract(row) for row in rows], next_cursor=next_cursor)


async def create(db: WriteSession, body: NewVisitType) -> VisitTypeRow:
    """Insert a type. Raise TooManyVisitTypes."""
    await _check_number(db)
    row = _type(**dict(body))
    db.add(row)
    await db.flush()
    return row


async def lock_for_update(db: AnySession, _: Identity, visit_type_id: int) -> VisitTypeRow:
    """Return a type, locked. Raise NotFound."""
    return await one_or_404(db, select(_type).where(col(_type.id) == visit_type_id).with_for_update())


async def replace(db: WriteSession, row: VisitTypeRow, body: SetVisitType) -> None:
    """Replace a type, the next version. Raise TooManyVisitTypes for one that becomes active again."""
    if body.active and not row.active:
        await _check_number(db)
    row.sqlmodel_update(dict(body))
    row.version += 1
    await db.flush()


async def show_own(db: AnySession, doctor_id: int) -> OwnVisitTypes:
    """Return the active types: the doctor's in their order, then the others."""
    chosen = (col(_choice.visit_type_id) == col(_type.id)) & (col(_choice.doctor_id) == doctor_id)
    query = select(_type, col(_choice.position), col(_choice.minutes)).outerjoin(_choice, chosen).where(col(_type.active))
    rows = (await db.execute(query.order_by(col(_type.id)).limit(MOST_TYPES))).all()
    rows = sorted(rows, key=lambda row: (row[1] is None, row[1]))
    types = [
        OwnVisitType(type=to_contract(row), offered=position is not None, minutes=minutes) for row, position, minutes in rows
    ]
    version = await db.get(VisitTypeChoiceRow, doctor_id)
    return OwnVisitTypes(types=types, version=version.version if version else 1)


async def lock_choice(db: WriteSession, doctor_id: int) -> VisitTypeChoiceRow:
    """Return the version of the doctor's types, after waiting for bookings that run; 1 before the first choice."""
    # the account, because the row may not exist yet
    await lock_accounts(db, doctor_id)
    return await db.get(VisitTypeChoiceRow, doctor_id) or VisitTypeChoiceRow(doctor_id=doctor_id, version=1)


async def choose(db: WriteSession, row: VisitTypeChoiceRow, body: SetOwnVisitTypes) -> None:
    """Replace the types that the doctor offers, the next version. Raise VisitTypeNotOffered for one that is not active."""
    ids = [one.visit_type_id for one in body.types]
    known = select(col(_type.id)).where(col(_type.id).in_(ids), col(_type.active)).limit(MOST_TYPES)
    if missing := set(ids) - set((await db.execute(known)).scalars()):
        raise VisitTypeNotOffered(f"The hospital has no active type {min(missing)}. Read the list of types again.")
    await db.execute(delete(_choice).where(col(_choice.doctor_id) == row.doctor_id))
    db.add_all(_choice(doctor_id=row.doctor_id, position=at, **dict(one)) for at, one in enumerate(body.types))
    row.version += 1
    db.add(row)
    await db.flush()


async def _check_number(db: WriteSession) -> None:
    active = select(func.count()).select_from(_type).where(col(_type.active))
    if (number := (await db.execute(active)).scalar_one()) >= MOST_TYPES:
        raise TooManyVisitTypes(f"The hospital has {number} types of visits. Deactivate one that nobody needs.")


def is_online(role: Role | None) -> bool:
    """Return whether types of the staff are left out for a caller with this role; None is a visitor."""
    return role is None or role is Role.PATIENT


def to_contract(row: VisitTypeRow) -> VisitType:
    """Return the type as the administrator reads it."""
    return VisitType.model_validate(row.model_dump())


def _offered(*row: Any) -> OfferedVisitType:
    members = type_members(*row[: len(TYPE_COLUMNS)])
    assert members is not None
    return OfferedVisitType.model_validate({**members, "minutes": row[-2], "staff_only": row[-1]})
