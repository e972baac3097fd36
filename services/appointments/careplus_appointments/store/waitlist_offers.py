"""Offers of the waitlist: a time that became free is held for the first entry that it fits, in the transaction that freed it."""

from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta
from functools import cache

from sqlalchemy import insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import col

from careplus_appointments.rules import slots
from careplus_appointments.rules.ages import admits_on
from careplus_appointments.rules.free_offers import MOST_SLOTS, FreeTimes
from careplus_appointments.rules.visit_types import VisitPlan, WantedVisit
from careplus_appointments.rules.waitlist import LEAD
from careplus_appointments.rules.waitlist import held_until as end_of_offer
from careplus_appointments.store import calendars, specialty_ages, visit_notices, waiting_entries
from careplus_appointments.store.specialty_ages import Ages
from careplus_appointments.store.waiting_entries import CROSS_PATIENT, Freed, Waiting
from careplus_clinic.clinic_time import Span, day_bounds, days_from, local_date
from careplus_contracts.appointments import AppointmentStatus
from careplus_contracts.waitlist import EntryStatus
from careplus_runtime.process.clock import now
from careplus_runtime.process.settings import Settings
from careplus_tables.appointments import AppointmentRow
from careplus_tables.engine import AnySession, WriteSession
from careplus_tables.patient_times import other_appointment
from careplus_tables.references import new_reference, video_code_of
from careplus_tables.waitlist import WaitlistEntryRow, WaitlistOfferRow

ONLINE = WantedVisit(online=True)
_entry, _visit, _offer = WaitlistEntryRow, AppointmentRow, WaitlistOfferRow


@cache
def _settings() -> Settings:
    return Settings()


async def offer(db: WriteSession, freed: Freed) -> None:
    """Offer the free times of the doctor that touch the span, each to the longest waiting entry that it fits.

    The account of the doctor need not be locked: the database refuses an offer beside a visit.
    """
    zone, at = _settings().clinic_zone, now()
    opens, closes = max(freed.span[0], at + LEAD), min(freed.span[1], at + timedelta(days=_settings().horizon_days))
    if opens >= closes:
        return
    days = (local_date(opens, zone), local_date(closes, zone))
    waiting = await waiting_entries.list_waiting(db, freed, days)
    ages = Ages(await specialty_ages.read(db))
    found = (
        await calendars.of_doctors(db, [freed.doctor_id], day_bounds(*days, zone), wanted=ONLINE, ages=ages) if waiting else {}
    )
    if (calendar := found.get(freed.doctor_id)) is None:
        # no entry waits, or the doctor takes no appointments any more
        return
    # a visit of other hours may have occupied parts of two slots
    all_days = days_from(days[0], (days[1] - days[0]).days + 1)
    window = (at, closes)
    times = FreeTimes(calendar, lambda found: slots.free(found, all_days, window, zone), freed.span[0])
    had = await _offered_before(db, freed.doctor_id, [one.id for one in waiting])
    for one in waiting:
        wanted = one.wanted()
        if (plan := times.plan_of(one)) is None:
            continue
        for slot in times.fitting(plan):
            is_of_age = admits_on(calendar.ages, one.born, local_date(slot[0], zone))
            if (one.id, slot[0]) in had or not wanted.fits(slot, zone) or not is_of_age:
                continue
            until = end_of_offer(at, slot[0], zone)
            if until is not None and await _hold(db, one, freed.doctor_id, slot, until, calendar.place, plan):
                times.occupy(slot, plan)
                break


async def offer_all(db: WriteSession, doctor_id: int) -> None:
    """Offer all free times of a doctor, after the hours were changed or time off was cancelled."""
    await offer(db, Freed(doctor_id, (now(), now() + timedelta(days=_settings().horizon_days))))


async def offer_days(db: WriteSession, days: Collection[date]) -> None:
    """Offer the free times of days on which the hospital is open again, of each doctor that entries wait for."""
    zone = _settings().clinic_zone
    last = local_date(now(), zone) + timedelta(days=_settings().horizon_days)
    if not (opened := sorted(day for day in days if day <= last)):
        return
    for doctor_id in await waiting_entries.awaited_doctors(db, opened[0], opened[-1]):
        for day in opened:
            await offer(db, Freed(doctor_id, day_bounds(day, day, zone)))


async def lapse(db: WriteSession, appointment_id: int, *, before: datetime | None = None) -> Freed | None:
    """End an offer, with `before` only one that was held until then at the latest. Return its time, or None: it is over."""
    is_due = select(col(_offer.appointment_id)).where(col(_offer.appointment_id) == appointment_id)
    if before is not None:
        is_due = is_due.where(col(_offer.offered_until) <= before)
    # one statement, so that an answer and the end of the time cannot both succeed
    statement = (
        update(AppointmentRow)
        .where(col(_visit.id).in_(is_due), col(_visit.status) == AppointmentStatus.OFFERED.value)
        .values(status=AppointmentStatus.LAPSED.value, version=col(_visit.version) + 1)
        .returning(col(_visit.doctor_id), col(_visit.starts_at), col(_visit.ends_at))
        .execution_options(cross_patient=CROSS_PATIENT, synchronize_session=False)
    )
    found = (await db.execute(statement)).one_or_none()
    if found is None:
        return None
    await _set_entry(db, appointment_id, offer_id=None)
    return Freed(found[0], (found[1], found[2]))


async def finish(db: WriteSession, appointment_id: int) -> None:
    """End the entry of an accepted offer."""
    await _set_entry(db, appointment_id, offer_id=None, status=EntryStatus.ACCEPTED.value)


async def overdue(db: AnySession, at: datetime, limit: int) -> Sequence[int]:
    """Return offers that were not answered in time, oldest first."""
    query = (
        select(col(_offer.appointment_id))
        .join(_visit, col(_visit.id) == col(_offer.appointment_id))
        .where(col(_visit.status) == AppointmentStatus.OFFERED.value, col(_offer.offered_until) <= at)
        .order_by(col(_offer.offered_until), col(_offer.appointment_id))
        .limit(limit)
        .execution_options(cross_patient=CROSS_PATIENT)
    )
    return (await db.execute(query)).scalars().all()


async def lapse_within(db: WriteSession, doctor_id: int, span: Span) -> None:
    """End the offers of a doctor that overlap time off, and offer their times no further."""
    query = select(col(_visit.id)).where(
        *(col(_visit.doctor_id) == doctor_id, col(_visit.starts_at) < span[1], col(_visit.ends_at) > span[0]),
        col(_visit.status) == AppointmentStatus.OFFERED.value,
    )
    for visit_id in (await db.execute(query.order_by(col(_visit.id)).limit(MOST_SLOTS))).scalars().all():
        await lapse(db, visit_id or 0)


async def held_until(db: AnySession, doctor_id: int, starts_at: datetime, ends_at: datetime) -> datetime | None:
    """Return until when a time of the doctor is offered, or None where no offer overlaps it."""
    query = (
        select(col(_offer.offered_until))
        .join(_visit, col(_visit.id) == col(_offer.appointment_id))
        .where(col(_visit.doctor_id) == doctor_id, col(_visit.starts_at) < ends_at, col(_visit.ends_at) > starts_at)
        .where(col(_visit.status) == AppointmentStatus.OFFERED.value)
    )
    return (await db.execute(query.limit(1))).scalar_one_or_none()


async def _set_entry(db: WriteSession, appointment_id: int, **values: object) -> None:
    statement = update(_entry).where(col(_entry.offer_id) == appointment_id).values(**values)
    await db.execute(statement.execution_options(cross_patient=CROSS_PATIENT, synchronize_session=False))


async def _hold(
    db: WriteSession, one: Waiting, doctor_id: int, slot: Span, until: datetime, place: str | None, plan: VisitPlan
) -> bool:
    """Insert the offer. Return False where the entry has one now, the patient is busy then, or another booking took the time."""
    if await other_appointment(db, one.patient_id, *slot, except_visit=one.instead_of_id):
        return False
    is_idle = (col(_entry.offer_id).is_(None), col(_entry.status) == EntryStatus.WAITING.value)
    claim = select(_entry).where(col(_entry.id) == one.id, col(_entry.patient_id) == one.patient_id, *is_idle)
    # another transaction that holds the entry offers it a time: this one goes to the next entry
    entry = (await db.execute(claim.with_for_update(skip_locked=True))).scalar_one_or_none()
    if entry is None:
        return False
    try:
        async with db.begin_nested():
            visit_id = await _insert(db, entry, doctor_id, slot, place, plan)
            db.add(_offer(appointment_id=visit_id, entry_id=one.id, doctor_id=doctor_id, starts_at=slot[0], offered_until=until))
            entry.offer_id = visit_id
            await db.flush()
    except IntegrityError:
        return False
    await visit_notices.tell_offered(db, one.patient_id, visit_id, slot[0])
    return True


async def _insert(
    db: WriteSession, entry: WaitlistEntryRow, doctor_id: int, slot: Span, place: str | None, plan: VisitPlan
) -> int:
    values = {
        **{"reference": new_reference("CP"), "patient_id": entry.patient_id, "doctor_id": doctor_id, "place": place},
        **{"starts_at": slot[0], "ends_at": slot[1], "status": AppointmentStatus.OFFERED.value, "booked_by": entry.added_by},
        **{"visit_type_id": plan.type_id, "buffer_minutes": plan.buffer_minutes, "video_code": video_code_of(plan.type_id)},
        **{"created_at": now(), "version": 1},
    }
    return int((await db.execute(insert(AppointmentRow).values(values).returning(col(_visit.id)))).scalar_one() or 0)


async def _offered_before(db: WriteSession, doctor_id: int, entries: Sequence[int]) -> set[tuple[int, datetime]]:
    query = select(col(_offer.entry_id), col(_offer.starts_at)).where(
        col(_offer.entry_id).in_(entries), col(_offer.doctor_id) == doctor_id, col(_offer.starts_at) > now()
    )
    return {(entry_id, starts_at) for entry_id, starts_at in await db.execute(query)}
