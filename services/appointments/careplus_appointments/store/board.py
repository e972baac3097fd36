"""Statements of the day board. Open boards repeat them, so they are compiled once and return the driver's rows."""

from datetime import UTC, date, datetime
from itertools import groupby
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import BigInteger, Date, String, and_, bindparam, func, literal, or_, select, tuple_, union_all
from sqlalchemy.orm import aliased
from sqlmodel import col

from careplus_appointments.rules import board as rules
from careplus_appointments.rules import slots
from careplus_appointments.rules.ages import Limits, limits_of
from careplus_appointments.rules.slots import Calendar
from careplus_appointments.store import calendars, specialty_ages
from careplus_appointments.store.reception import CROSS_PATIENT
from careplus_clinic.clinic_time import day_bounds
from careplus_clinic.specialties import names_of
from careplus_contracts.appointments import AppointmentStatus
from careplus_contracts.board import Board, BoardFilter
from careplus_contracts.values import Id
from careplus_runtime.http.paging import Cursors, SortText, page
from careplus_tables.accounts import AccountRow
from careplus_tables.appointments import AppointmentRow
from careplus_tables.availability import AvailabilityRow, ExtraHoursRow, TimeOffRow
from careplus_tables.closed_days import ClosedDayRow
from careplus_tables.columns import InstantColumn
from careplus_tables.compiled import LIMIT, CompiledStatement, literal_limit
from careplus_tables.doctors import DoctorRow
from careplus_tables.engine import ReadSession
from careplus_tables.people import IS_BOOKABLE_DOCTOR, display_key, display_name, is_bookable
from careplus_tables.waitlist import WaitlistOfferRow

MOST_VISITS = 30_000
"""Limit of one page: 100 doctors have fewer visits of five minutes in a day."""
_visit, _account, _patient = AppointmentRow, AccountRow, aliased(AccountRow)
_CURSORS = Cursors[tuple[str, int]](tuple[SortText, Id])
_opens, _closes = bindparam("opens", type_=InstantColumn()), bindparam("closes", type_=InstantColumn())
_week, _off, _extra, _closed, _day = AvailabilityRow, TimeOffRow, ExtraHoursRow, ClosedDayRow, bindparam("day", type_=Date())
_IN_DAY = (col(_visit.starts_at) >= _opens, col(_visit.starts_at) < _closes)
_IS_SHOWN = col(_visit.status).not_in([AppointmentStatus.CANCELLED.value, AppointmentStatus.LAPSED.value])


_IS_OFFERED = col(_visit.status) == AppointmentStatus.OFFERED.value


class BoardRecord(NamedTuple):
    """One row of `_BOARD`: a doctor with one visit, whose columns are null for a doctor without any."""

    doctor_id: int
    doctor_name: str
    sort_key: str
    specialty: str | None
    room: str | None
    bookable: Any
    id: int | None
    reference: str
    starts_at: str | datetime
    ends_at: str | datetime
    status: str
    arrived_at: Any
    started_at: Any
    completed_at: Any
    version: int
    offered_until: Any
    patient_id: int
    patient_name: str
    patient_date_of_birth: Any


_doctor = bindparam("doctor", type_=BigInteger())
_with_visits = select(col(_visit.doctor_id)).where(*_IN_DAY, _IS_SHOWN).execution_options(cross_patient=CROSS_PATIENT)
_KEY = (display_key(_account), col(_account.id))
_doctors = (
    select(
        col(_account.id).label("id"),
        display_name(_account).label("full_name"),
        display_key(_account).label("sort_key"),
        col(DoctorRow.specialty).label("specialty"),
        col(DoctorRow.room).label("room"),
        func.coalesce(is_bookable(_account), False).label("bookable"),
    )
    .outerjoin(DoctorRow, col(DoctorRow.id) == col(_account.id))
    .where(
        or_(is_bookable(_account), col(_account.id).in_(_with_visits)),
        or_(_doctor.is_(None), col(_account.id) == _doctor),
        tuple_(*_KEY) > tuple_(bindparam("after", type_=String()), bindparam("after_id")),
    )
    .order_by(*_KEY)
    .limit(LIMIT)
    .subquery("doctors_of_day")
)
_BOARD = CompiledStatement(
    select(
        *(_doctors.c.id, _doctors.c.full_name, _doctors.c.sort_key, _doctors.c.specialty, _doctors.c.room, _doctors.c.bookable),
        *(col(_visit.id), col(_visit.reference), col(_visit.starts_at), col(_visit.ends_at), col(_visit.status)),
        *(col(_visit.arrived_at), col(_visit.started_at), col(_visit.completed_at), col(_visit.version)),
        col(WaitlistOfferRow.offered_until),
        *(col(_patient.id), col(_patient.full_name), col(_patient.date_of_birth)),
    )
    .select_from(_doctors)
    .outerjoin(_visit, and_(col(_visit.doctor_id) == _doctors.c.id, *_IN_DAY, _IS_SHOWN))
    .outerjoin(_patient, col(_patient.id) == col(_visit.patient_id))
    .outerjoin(WaitlistOfferRow, and_(col(WaitlistOfferRow.appointment_id) == col(_visit.id), _IS_OFFERED))
    .order_by(_doctors.c.sort_key, _doctors.c.id, col(_visit.starts_at), col(_visit.id))
    .limit(literal_limit(MOST_VISITS))
    .execution_options(cross_patient=CROSS_PATIENT)
)
_bookable = select(col(DoctorRow.id)).join(AccountRow, col(AccountRow.id) == col(DoctorRow.id)).where(*IS_BOOKABLE_DOCTOR)
_VERSIONS = CompiledStatement(
    union_all(
        select(col(_visit.doctor_id), literal(0), col(_visit.id), col(_visit.version))
        .where(*_IN_DAY)
        .execution_options(cross_patient=CROSS_PATIENT),
        select(col(_week.doctor_id), literal(1), literal(0), col(_week.version)).where(col(_week.doctor_id).in_(_bookable)),
        select(col(_off.doctor_id), literal(2), col(_off.id), literal(0)).where(
            col(_off.ends_at) > _opens, col(_off.starts_at) < _closes, col(_off.doctor_id).in_(_bookable)
        ),
        select(col(_extra.doctor_id), literal(3), col(_extra.id), literal(0)).where(
            col(_extra.day) == _day, col(_extra.doctor_id).in_(_bookable)
        ),
        select(literal(rules.EVERY_DOCTOR), literal(4), col(_closed.id), literal(0)).where(
            col(_closed.day) == _day, col(_closed.is_open).is_(False)
        ),
    ).limit(literal_limit(MOST_VISITS))
)


async def changes(db: ReadSession, day: date, zone: ZoneInfo) -> dict[int, str]:
    """Return by doctor a text that differs after each change of a visit or of the hours of the day."""
    opens, closes = day_bounds(day, day, zone)
    return rules.change_texts(await _VERSIONS.all(db, opens=opens, closes=closes, day=day))


async def show(db: ReadSession, wanted: BoardFilter, day: date, now: datetime, zone: ZoneInfo) -> Board:
    """Return one page of doctors with their visits of the day, read in one statement."""
    bounds = day_bounds(day, day, zone)
    # a change between this statement and the next makes callers read the doctor once more
    texts = await changes(db, day, zone)
    after, after_id = _CURSORS.after(wanted) or ("", 0)
    span, key = {"opens": bounds[0], "closes": bounds[1]}, {"after": after, "after_id": after_id}
    rows = await _BOARD.all(db, **span, **key, doctor=wanted.doctor_id, limit=wanted.limit + 1)
    by_doctor = [list(found) for _, found in groupby(map(BoardRecord._make, rows), lambda row: row.doctor_id)]
    shown, next_cursor = page(by_doctor, wanted, lambda found: (found[0].sort_key, found[0].doctor_id))
    days = await calendars.of_doctors(db, [found[0].doctor_id for found in shown], bounds) if shown else {}
    limits = await specialty_ages.read(db)
    items = [
        {"change": texts.get(found[0].doctor_id, ""), **_column(found, days.get(found[0].doctor_id), limits, day, now, zone)}
        for found in shown
    ]
    return Board.model_validate({"items": items, "next_cursor": next_cursor, "day": day})


def _column(
    found: list[BoardRecord], calendar: Calendar | None, limits: Limits, day: date, now: datetime, zone: ZoneInfo
) -> dict[str, Any]:
    doctor, hours, free = found[0], [], None
    if calendar is not None and day not in calendar.closed:
        spans = rules.offered_spans(day, calendar.hours, calendar.away, zone, calendar.extra)
        # hours that begin or end on the first or last day of all instants reach beyond them in UTC
        hours = [span for span in spans if all(2000 <= at.astimezone(UTC).year < 2100 for at in span)]
        free = next((slot[0] for slot in slots.free(calendar, [day], slots.staff_window(now), zone)), None)
    return {
        "doctor": {
            "id": doctor.doctor_id,
            "full_name": doctor.doctor_name,
            "specialty": doctor.specialty,
            "specialty_names": names_of(doctor.specialty),
            "bookable": doctor.bookable,
            "room": doctor.room,
            "ages": limits_of(doctor.specialty, limits),
        },
        "hours": [{"starts_at": starts_at, "ends_at": ends_at} for starts_at, ends_at in hours],
        "next_free": free,
        "visits": [_visit_members(row, now) for row in found if row.id is not None],
    }


def _visit_members(row: BoardRecord, now: datetime) -> dict[str, Any]:
    starts_at = row.starts_at if isinstance(row.starts_at, datetime) else datetime.fromisoformat(row.starts_at)
    return {
        "id": row.id,
        "reference": row.reference,
        "patient": {"id": row.patient_id, "full_name": row.patient_name, "date_of_birth": row.patient_date_of_birth},
        "starts_at": starts_at,
        "ends_at": row.ends_at,
        "status": row.status,
        "late": rules.is_late(AppointmentStatus(row.status), starts_at, now),
        "arrived_at": row.arrived_at,
        "started_at": row.started_at,
        "completed_at": row.completed_at,
        "version": row.version,
        "offered_until": row.offered_until,
    }
