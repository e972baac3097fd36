"""Moving visits at the desk: one, several at once, and the times that are suggested for visits to move."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from functools import cache, partial
from zoneinfo import ZoneInfo

from careplus_appointments.free_times import alternatives_on, check_free, check_overbookable
from careplus_appointments.rules import slots, to_move, visits
from careplus_appointments.rules.slots import Calendar
from careplus_appointments.rules.to_move import SEARCHED_DAYS, Moving, Suggested
from careplus_appointments.rules.visit_types import VisitPlan, WantedVisit, planned
from careplus_appointments.store import appointments, calendars, moving_times, reception, visit_types
from careplus_appointments.store.finding import bookable_window
from careplus_appointments.store.moving_times import Colleague
from careplus_appointments.store.to_move import ToMove
from careplus_clinic.clinic_time import DAY, Span, day_bounds, local_date
from careplus_contracts.appointments import AppointmentStatus, DoctorIsPatient, DoctorNotBookable, OutsideStaffHorizon
from careplus_contracts.reception import Arrangement, Rearrange
from careplus_contracts.refusals import IllegalTransition, NotFound, PatientBusy, Refusal, SlotTaken, Stale
from careplus_contracts.to_move import (
    MoveOutcome,
    MoveReason,
    MoveResult,
    SuggestedTime,
    VisitsToMove,
    VisitToMove,
    WantedMove,
)
from careplus_contracts.values import Person
from careplus_runtime.http.dependencies import check_version
from careplus_runtime.identity.tokens import Identity
from careplus_runtime.process.settings import Settings
from careplus_tables.appointments import AppointmentRow
from careplus_tables.engine import ReadSession, WriteSession

OUTCOMES: dict[type[Refusal], MoveOutcome] = {
    Stale: MoveOutcome.CHANGED,
    SlotTaken: MoveOutcome.TAKEN,
    PatientBusy: MoveOutcome.PATIENT_BUSY,
    DoctorNotBookable: MoveOutcome.NOT_BOOKABLE,
    DoctorIsPatient: MoveOutcome.NOT_BOOKABLE,
    OutsideStaffHorizon: MoveOutcome.OUTSIDE_HORIZON,
    IllegalTransition: MoveOutcome.NOT_MOVABLE,
    NotFound: MoveOutcome.NOT_FOUND,
}


async def move(db: WriteSession, settings: Settings, who: Identity, row: AppointmentRow, body: Rearrange) -> None:
    """Move the visit to another time, another doctor or both. Raise IllegalTransition, SlotTaken and PatientBusy."""
    visits.check_movable(AppointmentStatus(row.status))
    starts_at, doctor_id = body.starts_at or row.starts_at, body.doctor_id or row.doctor_id
    if (starts_at, doctor_id) == (row.starts_at, row.doctor_id):
        return
    check = check_overbookable if body.overbook else check_free
    calendar = await check(db, settings, who, row.patient_id, doctor_id, starts_at, visit_types.of_moving(row))
    alternatives = partial(alternatives_on, settings, who.role, calendar, starts_at)
    row.doctor_id = doctor_id
    await appointments.move(db, row, starts_at, calendar, alternatives, body.overbook)


async def move_one(db: WriteSession, settings: Settings, who: Identity, wanted: WantedMove) -> MoveResult:
    """Move one of several visits. A refusal undoes this move alone and is its result."""
    try:
        async with db.begin_nested():
            row = await reception.lock_for_update(db, who, wanted.appointment_id)
            check_version(row.version, frozenset({f'"{wanted.version}"'}))
            await move(db, settings, who, row, Rearrange(starts_at=wanted.starts_at, doctor_id=wanted.doctor_id))
    except tuple(OUTCOMES) as refusal:
        outcome = next(found for kind, found in OUTCOMES.items() if isinstance(refusal, kind))
        near: Sequence[datetime] = refusal.alternatives if isinstance(refusal, SlotTaken | PatientBusy) else ()
        return MoveResult(appointment_id=wanted.appointment_id, outcome=outcome, visit=None, alternatives=list(near))
    visit = await reception.show(db, who, wanted.appointment_id)
    return MoveResult(appointment_id=visit.id, outcome=MoveOutcome.MOVED, visit=visit, alternatives=[])


async def with_times(db: ReadSession, settings: Settings, who: Identity, found: ToMove) -> VisitsToMove:
    """Return the page with suggested times."""
    names, times = await _suggest(db, settings, who, found) if found.visits else ({}, {})
    items = [
        VisitToMove(
            **dict(visit),
            why=found.why[visit.id],
            suggestions=[
                SuggestedTime(doctor=Person(id=doctor_id, full_name=names[doctor_id]), starts_at=span[0], ends_at=span[1])
                for doctor_id, span in times[visit.id]
            ],
        )
        for visit in found.visits
    ]
    return VisitsToMove(items=items, next_cursor=found.next_cursor, in_all=found.in_all)


async def _suggest(
    db: ReadSession, settings: Settings, who: Identity, found: ToMove
) -> tuple[dict[int, str], dict[int, list[Suggested]]]:
    """Return the names of doctors, and the times by visit. The calendars are read at once for all visits."""
    away = {visit.doctor.specialty for visit in found.visits if found.why[visit.id] is MoveReason.TIME_OFF}
    others = await moving_times.colleagues(db, {specialty for specialty in away if specialty})
    names = {one.id: one.full_name for one in others} | {visit.doctor.id: visit.doctor.full_name for visit in found.visits}
    zone = settings.clinic_zone
    first, last = local_date(found.visits[0].starts_at, zone), local_date(found.visits[-1].starts_at, zone)
    span = day_bounds(first, last + DAY * SEARCHED_DAYS, zone)
    read = await calendars.of_doctors(db, sorted(names), span)
    busy = await moving_times.busy_patients(db, who, {visit.patient.id for visit in found.visits}, span)
    wanted = [_moving(visit, found, others, zone) for visit in found.visits]
    return names, to_move.suggest(wanted, _free_on(read, bookable_window(settings, who.role), zone), busy)


def _free_on(read: Mapping[int, Calendar], window: Span, zone: ZoneInfo) -> to_move.FreeOn:
    @cache
    def free_on(doctor_id: int, day: date, visit: VisitPlan) -> list[Span]:
        if (calendar := read.get(doctor_id)) is None:
            return []
        plan = planned(WantedVisit(kept=visit), calendar.types, calendar.slot_minutes)
        return list(slots.free(replace(calendar, planned=plan), [day], window, zone))

    return free_on


def _moving(visit: Arrangement, found: ToMove, others: Sequence[Colleague], zone: ZoneInfo) -> Moving:
    is_away = found.why[visit.id] is MoveReason.TIME_OFF
    same = [one.id for one in others if is_away and one.specialty == visit.doctor.specialty and one.id != visit.doctor.id]
    day = local_date(visit.starts_at, zone)
    minutes = round((visit.ends_at - visit.starts_at).total_seconds() / 60)
    plan = VisitPlan(visit.visit_type.id if visit.visit_type else None, minutes)
    return Moving(visit.id, visit.patient.id, visit.doctor.id, (visit.starts_at, visit.ends_at), day, same, plan)
