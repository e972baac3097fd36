"""Statements that find the visits to move: hours, time off and upcoming visits are read once each, however many they are."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import Select, select
from sqlmodel import col

from careplus_appointments.rules import to_move as rules
from careplus_appointments.rules.slots import STAFF_HORIZON, DayHours
from careplus_appointments.rules.to_move import Hours
from careplus_appointments.store import reception
from careplus_appointments.store.availability import STANDING, visits_of_ids
from careplus_clinic.clinic_time import DAY
from careplus_contracts.availability import OpenHours, Weekday
from careplus_contracts.reception import Arrangement
from careplus_contracts.to_move import MoveReason, OwnVisitsToMove, OwnVisitToMove, ToMoveFilter
from careplus_contracts.values import Id, Instant, PageFilter
from careplus_runtime.http.paging import Cursors, page
from careplus_runtime.identity.tokens import Identity
from careplus_runtime.process.clock import now
from careplus_tables.appointments import AppointmentRow
from careplus_tables.availability import ExtraHoursRow, OpenHoursRow, TimeOffRow
from careplus_tables.closed_days import closed_between
from careplus_tables.engine import ReadSession

BATCH = 5_000
"""Visits of one statement: between two, the service answers other requests."""
_visit, _h, _e, _t = AppointmentRow, OpenHoursRow, ExtraHoursRow, TimeOffRow
_CURSORS = Cursors[tuple[datetime, int]](tuple[Instant, Id])


class Found(NamedTuple):
    """A visit to move."""

    starts_at: datetime
    id: int
    why: MoveReason


class ToMove(NamedTuple):
    """One page of visits to move as reception sees them, why, and the number on all pages."""

    visits: list[Arrangement]
    why: dict[int, MoveReason]
    next_cursor: str | None
    in_all: int


async def find(db: ReadSession, doctor_id: int | None, zone: ZoneInfo) -> list[Found]:
    """Return the visits to move of one doctor or of all, in order of time."""
    hours = await _hours(db, doctor_id)
    at, found, after = now(), list[Found](), (now(), 0)
    closed = await closed_between(db, (at - DAY).date(), (at + STAFF_HORIZON + DAY).date())
    while True:
        rows = (await db.execute(_upcoming(doctor_id, after).execution_options(cross_patient=reception.CROSS_PATIENT))).all()
        for id_, doctor, starts_at, ends_at, overbooked in rows:
            why = rules.reason((starts_at, ends_at), hours[doctor], closed, zone, overbooked=overbooked)
            if why is not None:
                found.append(Found(starts_at, id_, why))
        if len(rows) < BATCH:
            return found
        after = (rows[-1].starts_at, rows[-1].id)


async def list_all(db: ReadSession, who: Identity, wanted: ToMoveFilter, zone: ZoneInfo) -> ToMove:
    """Return one page of the visits to move, in order of time."""
    found = await find(db, wanted.doctor_id, zone)
    shown, next_cursor = _page(found, wanted)
    visits = await reception.of_ids(db, who, [one.id for one in shown])
    return ToMove(visits, {one.id: one.why for one in shown}, next_cursor, len(found))


async def list_own(db: ReadSession, who: Identity, wanted: PageFilter, zone: ZoneInfo) -> OwnVisitsToMove:
    """Return one page of the doctor's own visits to move, in order of time."""
    found = await find(db, who.id, zone)
    shown, next_cursor = _page(found, wanted)
    why = {one.id: one.why for one in shown}
    items = [OwnVisitToMove(**dict(one), why=why[one.id]) for one in await visits_of_ids(db, who.id, [one.id for one in shown])]
    return OwnVisitsToMove(items=items, next_cursor=next_cursor, in_all=len(found))


def _page(found: Sequence[Found], wanted: PageFilter) -> tuple[Sequence[Found], str | None]:
    after = _CURSORS.after(wanted)
    rest = found if after is None else [one for one in found if (one.starts_at, one.id) > after]
    return page(rest[: wanted.limit + 1], wanted, lambda one: (one.starts_at, one.id))


def _upcoming(doctor_id: int | None, after: tuple[datetime, int]) -> Select[*tuple[Any, ...]]:
    starts_at, id_ = col(_visit.starts_at), col(_visit.id)
    query = select(id_, col(_visit.doctor_id), starts_at, col(_visit.ends_at), col(_visit.overbook_reason).is_not(None))
    query = query.where(col(_visit.status).in_(STANDING), starts_at >= after[0])
    query = query.where((starts_at > after[0]) | (id_ > after[1]))
    if doctor_id is not None:
        query = query.where(col(_visit.doctor_id) == doctor_id)
    return query.order_by(starts_at, id_).limit(BATCH)


async def _hours(db: ReadSession, doctor_id: int | None) -> dict[int, Hours]:
    """Return the hours and the time off ahead, of one doctor or of all."""
    found: dict[int, Hours] = defaultdict(Hours)
    week = select(col(_h.doctor_id), col(_h.weekday), col(_h.starts), col(_h.ends))
    extra = select(col(_e.doctor_id), col(_e.day), col(_e.starts), col(_e.ends)).where(col(_e.day) >= _yesterday())
    away = select(col(_t.doctor_id), col(_t.starts_at), col(_t.ends_at)).where(col(_t.ends_at) > now())
    if doctor_id is not None:
        week, extra, away = (
            week.where(col(_h.doctor_id) == doctor_id),
            extra.where(col(_e.doctor_id) == doctor_id),
            away.where(col(_t.doctor_id) == doctor_id),
        )
    for doctor, weekday, starts, ends in (await db.execute(week)).all():
        found[doctor].week.append(OpenHours.model_construct(weekday=Weekday(weekday), starts=starts, ends=ends))
    for doctor, day, starts, ends in (await db.execute(extra)).all():
        found[doctor].extra.append(DayHours(day, starts, ends))
    for doctor, starts_at, ends_at in (await db.execute(away)).all():
        found[doctor].away.append((starts_at, ends_at))
    return found


def _yesterday() -> date:
    """Return a day that no clinic day ahead precedes."""
    return (now() - timedelta(days=1)).date()
