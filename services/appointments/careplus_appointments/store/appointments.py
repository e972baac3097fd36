"""Statements about visits. The lists are hot: compiled once, rows instead of objects."""

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, String, bindparam, func, insert, not_, or_, select, tuple_
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased
from sqlmodel import col

from careplus_appointments.rules.slots import Calendar, day_span
from careplus_appointments.rules.visits import OVER
from careplus_contracts.appointments import (
    Appointment,
    Appointments,
    AppointmentStatus,
    Book,
    Visit,
    Visits,
    When,
)
from careplus_contracts.refusals import NotFound, SlotTaken
from careplus_contracts.values import Id, Instant
from careplus_runtime.http.paging import after, page
from careplus_runtime.http.problems import NOTHING_HERE
from careplus_runtime.identity.tokens import Identity
from careplus_runtime.process.clock import now
from careplus_tables.accounts import AccountRow
from careplus_tables.appointments import AppointmentRow
from careplus_tables.columns import InstantColumn
from careplus_tables.compiled import LIMIT, CompiledStatement
from careplus_tables.doctors import DoctorRow
from careplus_tables.references import new_reference

_a, _patient, _doctor = AppointmentRow, aliased(AccountRow), aliased(AccountRow)
_at_id = tuple_(col(_a.starts_at), col(_a.id))
Alternatives = Callable[[], list[datetime]]
"""Answers times to choose instead, asked for only where the wanted one was taken."""
_EARLIEST, _LATEST = datetime(1970, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, tzinfo=UTC)
_FIRST, _LAST = (_EARLIEST, 0), (_LATEST, 2**63 - 1)


def _shown_columns() -> Select[*tuple[Any, ...]]:
    """The columns of a Visit in the order of `_visit`; the patient's list leaves the last ones away."""
    return (
        select(
            col(_a.id),
            col(_a.reference),
            col(_a.starts_at),
            col(_a.ends_at),
            col(_a.status),
            col(_a.reason),
            col(_a.place),
            col(_a.cancelled_by),
            col(_a.cancel_reason),
            col(_a.created_at),
            col(_a.version),
            col(_patient.id),
            col(_patient.full_name),
            col(_doctor.id),
            func.coalesce(col(DoctorRow.full_name), col(_doctor.full_name)),
            col(DoctorRow.specialty),
            col(_patient.date_of_birth),
            col(_patient.sex),
            col(_patient.phone),
            col(_a.note),
        )
        .join(_patient, col(_patient.id) == col(_a.patient_id))
        .join(_doctor, col(_doctor.id) == col(_a.doctor_id))
        .outerjoin(DoctorRow, col(DoctorRow.id) == col(_a.doctor_id))
    )


def _key() -> Any:
    return tuple_(bindparam("at", type_=InstantColumn()), bindparam("id"))


def _with_status() -> ColumnElement[bool]:
    wanted = bindparam("status", type_=String())
    return or_(wanted.is_(None), col(_a.status) == wanted)


def _patients(*conditions: Any) -> Select[*tuple[Any, ...]]:
    return _shown_columns().where(col(_a.patient_id) == bindparam("who"), _with_status(), *conditions).limit(LIMIT)


_now = bindparam("now", type_=InstantColumn())
_is_over = or_(col(_a.ends_at) <= _now, col(_a.status).in_([over.value for over in OVER]))
_UPCOMING = CompiledStatement(_patients(not_(_is_over), _at_id > _key()).order_by(col(_a.starts_at), col(_a.id)))
_PAST = CompiledStatement(_patients(_is_over, _at_id < _key()).order_by(col(_a.starts_at).desc(), col(_a.id).desc()))
_ALL = CompiledStatement(_patients(_at_id < _key()).order_by(col(_a.starts_at).desc(), col(_a.id).desc()))
_DAY = CompiledStatement(
    _shown_columns()
    .where(
        col(_a.doctor_id) == bindparam("who"),
        col(_a.starts_at) >= bindparam("opens", type_=InstantColumn()),
        col(_a.starts_at) < bindparam("closes", type_=InstantColumn()),
        _with_status(),
        _at_id > _key(),
    )
    .order_by(col(_a.starts_at), col(_a.id))
    .limit(LIMIT)
)
_INSERTED = ("reference", "patient_id", "doctor_id", "starts_at", "ends_at", "status", "reason", "place", "created_at", "version")
_INSERT = CompiledStatement(insert(AppointmentRow).values({name: bindparam(name) for name in _INSERTED}).returning(col(_a.id)))
_ONE = CompiledStatement(
    _shown_columns()
    .where(col(_a.id) == bindparam("id"))
    .execution_options(cross_patient="shown after it was found for its owner")
)


async def list_own(
    db: AsyncSession, who: Identity, when: When | None, status: AppointmentStatus | None, limit: int, cursor: str | None
) -> Appointments:
    """The patient's visits."""
    statement, start = {When.UPCOMING: (_UPCOMING, _FIRST), When.PAST: (_PAST, _LAST), None: (_ALL, _LAST)}[when]
    at, id = after(cursor, tuple[Instant, Id]) or start
    parameters: dict[str, Any] = {"who": who.id, "status": status, "at": at, "id": id, "limit": limit + 1}
    if when is not None:
        parameters["now"] = now()
    rows, next_cursor = page(await statement.all(db, **parameters), limit, lambda row: (row[2], row[0]))
    return Appointments.model_validate({"items": [_appointment(row) for row in rows], "next_cursor": next_cursor})


async def list_visits(
    db: AsyncSession,
    who: Identity,
    span: tuple[datetime, datetime],
    status: AppointmentStatus | None,
    limit: int,
    cursor: str | None,
) -> Visits:
    """Visits to the doctor that start during the span."""
    at, id = after(cursor, tuple[Instant, Id]) or _FIRST
    found = await _DAY.all(db, who=who.id, opens=span[0], closes=span[1], status=status, at=at, id=id, limit=limit + 1)
    rows, next_cursor = page(found, limit, lambda row: (row[2], row[0]))
    return Visits.model_validate({"items": [_visit(row) for row in rows], "next_cursor": next_cursor})


async def of_patient(db: AsyncSession, who: Identity, appointment_id: int) -> AppointmentRow:
    """The patient's own visit. Raises NotFound."""
    return await _found(db, col(_a.id) == appointment_id, col(_a.patient_id) == who.id)


async def of_doctor(db: AsyncSession, who: Identity, appointment_id: int) -> AppointmentRow:
    """A visit to this doctor. Raises NotFound."""
    return await _found(db, col(_a.id) == appointment_id, col(_a.doctor_id) == who.id)


async def _found(db: AsyncSession, *conditions: ColumnElement[bool]) -> AppointmentRow:
    row = (await db.execute(select(AppointmentRow).where(*conditions).with_for_update())).scalar_one_or_none()
    if row is None:
        raise NotFound(NOTHING_HERE)
    return row


async def book(db: AsyncSession, patient_id: int, body: Book, calendar: Calendar, alternatives: Alternatives) -> Appointment:
    """Insert the visit; the database has the last word. Raises SlotTaken."""
    try:
        made = await _INSERT.all(
            db,
            reference=new_reference("CP"),
            patient_id=patient_id,
            doctor_id=body.doctor_id,
            starts_at=body.starts_at,
            ends_at=body.starts_at + timedelta(minutes=calendar.slot_minutes),
            status=AppointmentStatus.BOOKED.value,
            reason=body.reason,
            place=calendar.place,
            created_at=now(),
            version=1,
        )
    except IntegrityError as error:
        raise slot_taken(error, alternatives) from None
    return await show(db, made[0][0])


async def move(
    db: AsyncSession, row: AppointmentRow, starts_at: datetime, calendar: Calendar, alternatives: Alternatives
) -> Appointment:
    """Move the visit; its doctor confirms anew. Raises SlotTaken, and then the visit is where it was."""
    row.starts_at = starts_at
    row.ends_at = starts_at + timedelta(minutes=calendar.slot_minutes)
    row.place = calendar.place
    row.status = AppointmentStatus.BOOKED.value
    await save(db, row, alternatives)
    assert row.id is not None
    return await show(db, row.id)


async def save(db: AsyncSession, row: AppointmentRow, alternatives: Alternatives = list) -> None:
    """Write a changed visit as its next version. Raises SlotTaken where its time is not free."""
    row.version += 1
    try:
        await db.flush()
    except IntegrityError as error:
        raise slot_taken(error, alternatives) from None


def slot_taken(error: IntegrityError, alternatives: Alternatives) -> Exception:
    """SlotTaken for the database's own refusal of an overlap, else the error itself."""
    if "slot_taken" not in str(error.orig):
        return error
    return SlotTaken("That time has just been taken. Choose another one.", alternatives=alternatives())


async def show(db: AsyncSession, appointment_id: int) -> Appointment:
    return Appointment.model_validate(_appointment((await _ONE.all(db, id=appointment_id))[0]))


async def show_visit(db: AsyncSession, appointment_id: int) -> Visit:
    return Visit.model_validate(_visit((await _ONE.all(db, id=appointment_id))[0]))


async def inside(db: AsyncSession, who: Identity, span: tuple[datetime, datetime]) -> list[Visit]:
    """At most 100 visits to the doctor that overlap the span and are still to come about."""
    open_ones = [AppointmentStatus.BOOKED.value, AppointmentStatus.CONFIRMED.value]
    query = (
        _shown_columns()
        .where(col(_a.doctor_id) == who.id, col(_a.starts_at) < span[1], col(_a.ends_at) > span[0], col(_a.status).in_(open_ones))
        .order_by(col(_a.starts_at), col(_a.id))
        .limit(100)
    )
    return [Visit.model_validate(_visit(tuple(row))) for row in (await db.execute(query)).all()]


def visits_span(day: date | None, from_: date | None, to: date | None, today: date, zone: Any) -> tuple[datetime, datetime]:
    """The instants that a doctor's filter means; open ends reach to the ends of the calendar."""
    if day is not None:
        return day_span(day, day, zone)
    if from_ is None and to is None:
        from_ = today
    opens = day_span(from_, from_, zone)[0] if from_ else _EARLIEST
    return opens, day_span(to, to, zone)[1] if to else _LATEST


def _common(row: Sequence[Any]) -> dict[str, Any]:
    return {
        "id": row[0],
        "reference": row[1],
        "starts_at": row[2],
        "ends_at": row[3],
        "status": row[4],
        "reason": row[5],
        "place": row[6],
        "cancelled_by": row[7],
        "cancel_reason": row[8],
        "created_at": row[9],
        "version": row[10],
        "doctor": {"id": row[13], "full_name": row[14], "specialty": row[15]},
    }


def _appointment(row: Sequence[Any]) -> dict[str, Any]:
    return {**_common(row), "patient": {"id": row[11], "full_name": row[12]}}


def _visit(row: Sequence[Any]) -> dict[str, Any]:
    patient = {"id": row[11], "full_name": row[12], "date_of_birth": row[16], "sex": row[17], "phone": row[18]}
    return {**_common(row), "patient": patient, "note": row[19]}
