"""Limits of the appointments that a patient books online: visits to doctors and bookings of the laboratory together.

The services that book call `check_limits` in the transaction of the booking. It locks the patient first, so that concurrent
requests are counted one after the other. Appointments that the hospital makes for a patient are neither limited nor counted.
"""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, bindparam, false, func, or_, select, true
from sqlmodel import col

from careplus_clinic.clinic_time import day_start, local_date
from careplus_contracts.appointments import AppointmentStatus
from careplus_contracts.booking_limits import MOST_SHOWN, BookingLimit, OpenAppointment, TooManyVisits
from careplus_contracts.endpoints import DESK, Role
from careplus_contracts.labs import LabBookingStatus
from careplus_contracts.refusals import AppointmentKind
from careplus_contracts.values import Person
from careplus_runtime.http.records import one_or_404
from careplus_runtime.identity.tokens import Identity
from careplus_runtime.process.clock import now
from careplus_runtime.process.settings import Settings
from careplus_tables.accounts import AccountRow
from careplus_tables.appointments import OFFERS, AppointmentRow
from careplus_tables.columns import BigId, InstantColumn
from careplus_tables.compiled import CompiledStatement
from careplus_tables.engine import AnySession, WriteSession
from careplus_tables.labs import LabBookingRow
from careplus_tables.locking import lock_accounts
from careplus_tables.patient_times import LAB_VISIT
from careplus_tables.people import doctor_name

_visit, _lab = AppointmentRow, LabBookingRow
OPEN = (AppointmentStatus.BOOKED.value, AppointmentStatus.CONFIRMED.value)
"""A visit with one of these, and not over, is open: the patient may cancel it."""
LABORATORY = 0
"""In the place of a doctor's id, which starts at 1."""
REMEDY = "Cancel one of them, move one to another time, or call the hospital."


class Counts(NamedTuple):
    """The numbers of a patient's own bookings, in the order of the columns of `_COUNT`."""

    doctor: int
    visits: int
    laboratory: int
    visits_of_day: int
    laboratory_of_day: int
    confirmed: int = 1
    """1 where the patient has confirmed the e-mail address, else 0."""


def booked_by_patient(patient_id: ColumnElement[int] | int) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions of visits that the patient booked; also visits before version 0.2, which do not record it."""
    by = col(_visit.booked_by)
    is_visit = col(_visit.status).not_in(OFFERS)
    return col(_visit.patient_id) == patient_id, is_visit, or_(by.is_(None), by == Role.PATIENT.value)


def lab_booked_by_patient(patient_id: ColumnElement[int] | int) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions of laboratory bookings that the patient made, not a doctor's orders."""
    return col(_lab.patient_id) == patient_id, col(_lab.ordered_by_id).is_(None)


def is_open(at: ColumnElement[datetime] | datetime) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions of visits that are booked or confirmed, and not over."""
    return col(_visit.ends_at) > at, col(_visit.status).in_(OPEN)


def is_lab_open(after: ColumnElement[datetime] | datetime) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions of laboratory bookings that start later than `after` and wait for a specimen."""
    return col(_lab.starts_at) > after, col(_lab.status) == LabBookingStatus.BOOKED.value, col(_lab.collected_at).is_(None)


_patient: ColumnElement[int] = bindparam("patient", type_=BigId)
_now, _lab_after, _today = (bindparam(name, type_=InstantColumn()) for name in ("now", "lab_after", "today"))
_count = select(func.count()).select_from(_visit).where(*booked_by_patient(_patient))
_lab_count = select(func.count()).select_from(_lab).where(*lab_booked_by_patient(_patient))
_confirmed = (
    select(func.count())
    .select_from(AccountRow)
    .where(col(AccountRow.id) == _patient, col(AccountRow.email_confirmed_at).is_not(None))
)
_COUNT = CompiledStatement(
    select(
        _count.where(*is_open(_now), col(_visit.doctor_id) == bindparam("doctor")).scalar_subquery(),
        _count.where(*is_open(_now)).scalar_subquery(),
        _lab_count.where(*is_lab_open(_lab_after)).scalar_subquery(),
        _count.where(col(_visit.created_at) >= _today).scalar_subquery(),
        _lab_count.where(col(_lab.created_at) >= _today).scalar_subquery(),
        _confirmed.scalar_subquery(),
    )
)


async def check_limits(db: WriteSession, settings: Settings, patient_id: int, doctor_id: int = LABORATORY) -> None:
    """Raise TooManyVisits where the patient may book no more online; lock the patient until the transaction ends."""
    await lock_accounts(db, patient_id)
    counts = await count_bookings(db, settings, patient_id, doctor_id)
    if exceeded := exceeded_limit(settings, counts, of_laboratory=doctor_id == LABORATORY):
        limit, count, most = exceeded
        open_ones = await open_appointments(db, patient_id)
        raise TooManyVisits(_detail(limit, count), limit=limit, most=most, count=count, open=open_ones)


async def count_bookings(db: AnySession, settings: Settings, patient_id: int, doctor_id: int) -> Counts:
    """Return the numbers of the patient's own bookings. Lock the patient before they decide."""
    at, zone = now(), settings.clinic_zone
    times = {"now": at, "lab_after": at - LAB_VISIT, "today": day_start(local_date(at, zone), zone)}
    [row] = await _COUNT.all(db, patient=patient_id, doctor=doctor_id, **times)
    return Counts(*row)


def exceeded_limit(settings: Settings, counts: Counts, *, of_laboratory: bool) -> tuple[BookingLimit, int, int] | None:
    """Return the first limit that one more booking would exceed, with its count and maximum."""
    of_day, in_all = counts.visits_of_day + counts.laboratory_of_day, counts.visits + counts.laboratory
    limits = [
        (BookingLimit.LABORATORY, counts.laboratory, settings.upcoming_laboratory)
        if of_laboratory
        else (BookingLimit.DOCTOR, counts.doctor, settings.upcoming_per_doctor),
        (BookingLimit.IN_ALL, in_all, settings.upcoming_in_all),
        (BookingLimit.DAY, of_day, settings.booked_per_day),
    ]
    # without a mail server no address can be confirmed
    if settings.has_mail_server and not counts.confirmed:
        limits.insert(0, (BookingLimit.UNCONFIRMED, in_all, settings.unconfirmed_in_all))
    return next((one for one in limits if one[1] >= one[2]), None)


async def find_patient(db: AnySession, who: Identity, patient_id: int) -> Person:
    """Return any patient for the desk, also one with a closed account. Raise NotFound."""
    is_desk = true() if who.role in DESK else false()
    query = select(AccountRow).where(col(AccountRow.id) == patient_id, col(AccountRow.role) == Role.PATIENT.value, is_desk)
    row = await one_or_404(db, query)
    return Person(id=patient_id, full_name=row.full_name)


async def open_appointments(db: AnySession, patient_id: int, most: int = MOST_SHOWN) -> list[OpenAppointment]:
    """Return the visits and laboratory bookings ahead that the patient booked, soonest first, at most so many of both."""
    found = [*await open_visits(db, patient_id, most), *await open_lab_bookings(db, patient_id, most)]
    return sorted(found, key=lambda one: one.starts_at)[:most]


async def open_visits(db: AnySession, patient_id: int, most: int) -> list[OpenAppointment]:
    """Return the visits ahead that the patient booked, soonest first."""
    doctor_id = col(_visit.doctor_id)
    visits = (
        select(col(_visit.id), col(_visit.starts_at), col(_visit.ends_at), doctor_id, doctor_name(doctor_id))
        .where(*booked_by_patient(patient_id), *is_open(now()))
        .order_by(col(_visit.starts_at), col(_visit.id))
        .limit(most)
    )
    return [
        OpenAppointment(
            kind=AppointmentKind.VISIT, id=id_ or 0, starts_at=start, ends_at=end, doctor=Person(id=by, full_name=name or "")
        )
        for id_, start, end, by, name in (await db.execute(visits)).all()
    ]


async def open_lab_bookings(db: AnySession, patient_id: int, most: int) -> list[OpenAppointment]:
    """Return the laboratory bookings ahead that the patient made, soonest first."""
    bookings = (
        select(col(_lab.id), col(_lab.starts_at))
        .where(*lab_booked_by_patient(patient_id), *is_lab_open(now() - LAB_VISIT))
        .order_by(col(_lab.starts_at), col(_lab.id))
        .limit(most)
    )
    return [
        OpenAppointment(kind=AppointmentKind.LABORATORY, id=id_ or 0, starts_at=start, ends_at=start + LAB_VISIT, doctor=None)
        for id_, start in (await db.execute(bookings)).all()
        if start
    ]


def _detail(limit: BookingLimit, count: int) -> str:
    booked = {
        BookingLimit.DOCTOR: f"You have {count} upcoming visits to this doctor, and no more can be booked here. {REMEDY}",
        BookingLimit.LABORATORY: f"You have {count} upcoming laboratory bookings, and no more can be booked here. {REMEDY}",
        BookingLimit.IN_ALL: f"You have {count} upcoming appointments, and no more can be booked here. {REMEDY}",
        BookingLimit.DAY: f"You have booked {count} appointments today, and no more can be booked here today. "
        "Move one of them to another time, book again tomorrow, or call the hospital.",
        BookingLimit.UNCONFIRMED: f"You have {count} upcoming appointments, and no more can be booked before your e-mail address "
        "is confirmed. Open the link in the mail that we sent, or ask for another one in your account.",
    }
    return booked[limit]
