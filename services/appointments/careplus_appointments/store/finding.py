"""Statements for finding doctors and their free times."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import String, bindparam, cast, not_, select
from sqlmodel import col

from careplus_appointments.rules import slots as rules
from careplus_appointments.rules.ages import limits_of
from careplus_appointments.rules.visit_types import WantedVisit
from careplus_appointments.store import calendars, searches, specialties, specialty_ages, visit_types
from careplus_appointments.store.specialty_ages import Ages
from careplus_clinic.clinic_time import Span, day_bounds, day_start, days_from, local_date
from careplus_clinic.specialties import names_of
from careplus_contracts.doctors import BookingMode
from careplus_contracts.endpoints import Role
from careplus_contracts.finding import DoctorSearch, FoundDoctor, FoundDoctors, Slot, SlotFilter, Slots
from careplus_contracts.refusals import NotFound
from careplus_runtime.http.paging import page
from careplus_runtime.http.problems import NOTHING_HERE
from careplus_runtime.http.records import by_name, fetch_page
from careplus_runtime.identity.tokens import Identity
from careplus_runtime.process.clock import now
from careplus_runtime.process.settings import Settings
from careplus_tables.accounts import AccountRow
from careplus_tables.compiled import LIMIT, CompiledStatement
from careplus_tables.doctors import DoctorRow
from careplus_tables.engine import ReadSession
from careplus_tables.people import IS_BOOKABLE_DOCTOR, has_words

SEARCHED_FIRST_DAYS = (3, 14)
"""Most doctors have a free time within three days, nearly all within two weeks; more is read only for the others."""
_BY_NAME = by_name(col(DoctorRow.sort_key), col(DoctorRow.id), lambda row: (row.sort_key, row.id))


class _DoctorRecord(NamedTuple):
    """One row of `_BOOKABLE`, in the order of its columns."""

    id: int
    full_name: str
    specialty: str
    bio: str
    languages: list[str]
    room: str | None
    phone: str | None
    booking: str
    sort_key: str


_BOOKABLE = (
    select(*(col(getattr(DoctorRow, name)) for name in _DoctorRecord._fields))
    .join(AccountRow, col(AccountRow.id) == col(DoctorRow.id))
    .where(*IS_BOOKABLE_DOCTOR)
)
_BY_ID = CompiledStatement(_BOOKABLE.where(col(DoctorRow.id) == bindparam("doctor")))
# the first page without filters, which the pages of the hospital begin with
_FIRST = CompiledStatement(_BOOKABLE.order_by(*_BY_NAME.columns).limit(LIMIT))


async def find_doctors(db: ReadSession, settings: Settings, who: Identity | None, wanted: DoctorSearch) -> FoundDoctors:
    """Return bookable doctors by name, with the first free time of each."""
    ages = await specialty_ages.of_caller(db, who)
    query, understood = _BOOKABLE, None
    if wanted.q and wanted.q.strip():
        if wanted.exact:
            query = query.where(has_words(col(DoctorRow.search_key), wanted.q))
        else:
            search = await searches.interpret(db, settings, who, wanted.q, ages.limits)
            query, understood = query.where(search.condition), search.understood
    if wanted.specialty and wanted.specialty.strip():
        query = query.where(await specialties.of_specialty(db, wanted.specialty))
    if wanted.language:
        query = query.where(cast(col(DoctorRow.languages), String).contains(f'"{wanted.language}"', autoescape=True))
    outside = 0
    if ages.born is not None:
        excluded = await specialties.of_other_ages(db, ages, days_of(bookable_window(settings), settings.clinic_zone))
        outside = await searches.number(db, query.where(excluded))
        query = query.where(not_(excluded))
    if query is _BOOKABLE and wanted.cursor is None:
        rows, next_cursor = page(
            [_DoctorRecord(*row) for row in await _FIRST.typed(db, limit=wanted.limit + 1)], wanted, _BY_NAME.key
        )
    else:
        rows, next_cursor = await fetch_page(db, query, _BY_NAME, wanted)
    items = await _to_contract(db, settings, rows, ages, None if who is None else who.role)
    return FoundDoctors(items=items, next_cursor=next_cursor, understood=understood, outside_ages=outside)


async def show_doctor(db: ReadSession, settings: Settings, who: Identity | None, doctor_id: int) -> FoundDoctor:
    """Return a bookable doctor. Raise NotFound."""
    rows = [_DoctorRecord(*row) for row in await _BY_ID.typed(db, doctor=doctor_id)]
    if not rows:
        raise NotFound(NOTHING_HERE)
    [doctor] = await _to_contract(db, settings, rows, await specialty_ages.of_caller(db, who))
    return doctor


async def find_slots(db: ReadSession, settings: Settings, who: Identity | None, doctor_id: int, wanted: SlotFilter) -> Slots:
    """Return the free times of `days` days from `start`, by default today.

    Raise NotFound for a doctor not bookable, VisitTypeNotOffered and StaffBookVisitType.
    """
    role = None if who is None else who.role
    zone, window = settings.clinic_zone, bookable_window(settings, role)
    visit = WantedVisit(wanted.visit_type_id, visit_types.is_online(role))
    ages = await specialty_ages.of_caller(db, who)
    first = wanted.start or local_date(now(), zone)
    days = days_from(first, wanted.days)
    calendar = await calendars.of_doctor(db, doctor_id, day_bounds(first, days[-1], zone), wanted=visit, ages=ages)
    found = [
        Slot(starts_at=starts_at, ends_at=ends_at, day=local_date(starts_at, zone))
        for starts_at, ends_at in rules.free(calendar, days, window, zone)
    ]
    following = found[0].starts_at if found else None
    if following is None:
        later = (max(window[0], day_start(first, zone)), window[1])
        following = (await next_available(db, settings, [doctor_id], later, ages, visit)).get(doctor_id)
    types = await visit_types.list_offered(db, doctor_id, online=visit.online)
    return Slots(
        items=found,
        next_cursor=None,
        zone=settings.zone,
        next_available=following,
        visit_types=types,
        visit_type_id=calendar.visit.type_id,
    )


def bookable_window(settings: Settings, role: Role | None = None) -> Span:
    """Return the instants between which slots can be booked: from minimum notice to horizon; for staff `rules.staff_window`."""
    if role is not None and role is not Role.PATIENT:
        return rules.staff_window(now())
    return now() + timedelta(minutes=settings.notice_minutes), now() + timedelta(days=settings.horizon_days)


async def next_available(
    db: ReadSession, settings: Settings, doctor_ids: Sequence[int], window: Span, ages: Ages, wanted: WantedVisit
) -> dict[int, datetime]:
    """Return each doctor's first free time inside the window; doctors without one are left out."""
    found: dict[int, datetime] = {}
    zone = settings.clinic_zone
    bounds = [window[0], *(min(window[0] + timedelta(days=days), window[1]) for days in SEARCHED_FIRST_DAYS), window[1]]
    for part in pairwise(bounds):
        missing = [doctor_id for doctor_id in doctor_ids if doctor_id not in found]
        if not missing or part[0] >= part[1]:
            break
        first, last = days_of(part, zone)
        days = days_from(first, (last - first).days + 1)
        for doctor_id, calendar in (await calendars.of_doctors(db, missing, part, wanted=wanted, ages=ages)).items():
            if (calendar.hours or calendar.extra) and (slot := next(rules.free(calendar, days, part, zone), None)):
                found[doctor_id] = slot[0]
    return found


def days_of(window: Span, zone: ZoneInfo) -> tuple[date, date]:
    """Return the first and the last clinic day of a span."""
    return local_date(window[0], zone), local_date(window[1], zone)


async def _to_contract(
    db: ReadSession, settings: Settings, rows: Sequence[_DoctorRecord], ages: Ages, role: Role | None = None
) -> list[FoundDoctor]:
    # for staff too within the horizon of online booking: two years are too much to search for each doctor of a list
    window = bookable_window(settings, role)[0], bookable_window(settings)[1]
    wanted = WantedVisit(online=visit_types.is_online(role))
    following = await next_available(db, settings, [row.id for row in rows], window, ages, wanted)
    return [
        FoundDoctor(
            id=row.id,
            full_name=row.full_name,
            specialty=row.specialty,
            specialty_names=names_of(row.specialty),
            bio=row.bio,
            languages=row.languages,
            room=row.room,
            phone=row.phone,
            booking=BookingMode(row.booking),
            next_available=following.get(row.id),
            ages=limits_of(row.specialty, ages.limits),
        )
        for row in rows
    ]
