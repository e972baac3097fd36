"""The check that a time is free, and alternatives to a time that is not."""

from datetime import date, datetime

from careplus_appointments.rules import slots, visits
from careplus_appointments.rules.ages import check_age
from careplus_appointments.rules.slots import Calendar
from careplus_appointments.rules.visit_types import ANY_VISIT, WantedVisit
from careplus_appointments.store import bookable, calendars, specialty_ages, waitlist_offers
from careplus_appointments.store.finding import bookable_window
from careplus_appointments.store.specialty_ages import Ages
from careplus_clinic.clinic_time import DAY, Span, day_bounds, days_from, local_date, nearest
from careplus_contracts.endpoints import DESK, Role
from careplus_contracts.refusals import NotFound, PatientBusy, SlotTaken
from careplus_runtime.identity.tokens import Identity
from careplus_runtime.process.clock import now
from careplus_runtime.process.settings import Settings
from careplus_tables.engine import AnySession, WriteSession
from careplus_tables.locking import lock_doctor_and_patient
from careplus_tables.patient_times import other_appointment

ALTERNATIVES_WITHIN_DAYS = 14


async def check_free(
    db: WriteSession,
    settings: Settings,
    who: Identity,
    patient_id: int,
    doctor_id: int,
    starts_at: datetime,
    wanted: WantedVisit = ANY_VISIT,
) -> Calendar:
    """Return the doctor's calendar of that day, with the plan of the visit that is booked or moves there.

    Raise NotFound, DoctorNotBookable, DoctorIsPatient, BookByPhone, OutsideAgeLimits for a patient, VisitTypeNotOffered,
    StaffBookVisitType, and SlotTaken or PatientBusy unless the time is free for doctor and patient. Both accounts are locked.
    """
    zone, window = settings.clinic_zone, bookable_window(settings, who.role)
    day = local_date(starts_at, zone)
    wanted = wanted._replace(online=who.role is Role.PATIENT)
    await lock_doctor_and_patient(db, doctor_id, patient_id)
    ages = await specialty_ages.of_caller(db, who)
    calendar = await calendar_of(db, doctor_id, day_bounds(day, day, zone), patient_id, wanted, ages)
    visits.check_may_book(who.role, calendar.booking)
    check_age(calendar.ages, calendar.born, day)
    if any(slot[0] == starts_at for slot in slots.free(calendar, [day], window, zone)):
        return calendar
    near = await _nearest_free(db, settings, who, patient_id, doctor_id, starts_at, wanted, ages)
    ends_at = starts_at + calendar.visit.length
    if other := await other_appointment(db, patient_id, starts_at, ends_at, except_visit=wanted.moved_id):
        raise PatientBusy.during(other, near, own=who.role is Role.PATIENT)
    held = None if who.role is Role.PATIENT else await waitlist_offers.held_until(db, doctor_id, starts_at, ends_at)
    raise SlotTaken(_why_not_free(calendar, day, who.role, held and held.astimezone(zone)), alternatives=near)


async def check_overbookable(
    db: WriteSession,
    settings: Settings,
    who: Identity,
    patient_id: int,
    doctor_id: int,
    starts_at: datetime,
    wanted: WantedVisit = ANY_VISIT,
) -> Calendar:
    """Return the doctor's calendar of that day, for a visit that staff book beside others or outside of the free times.

    Neither weekly hours nor time off nor a closed day of the hospital stand against it.

    Raise NotFound, DoctorNotBookable, DoctorIsPatient, VisitTypeNotOffered, OutsideStaffHorizon, and PatientBusy where the
    patient has another appointment at that time. The accounts of both are locked.
    """
    await lock_doctor_and_patient(db, doctor_id, patient_id)
    day = local_date(starts_at, settings.clinic_zone)
    calendar = await calendar_of(db, doctor_id, day_bounds(day, day, settings.clinic_zone), patient_id, wanted)
    slots.check_staff_window(starts_at, now())
    ends_at = starts_at + calendar.visit.length
    if other := await other_appointment(db, patient_id, starts_at, ends_at, except_visit=wanted.moved_id):
        near = await _nearest_free(db, settings, who, patient_id, doctor_id, starts_at, wanted)
        raise PatientBusy.during(other, near, own=False)
    return calendar


async def calendar_of(
    db: AnySession, doctor_id: int, span: Span, patient_id: int, wanted: WantedVisit, ages: Ages = calendars.ANY_AGE
) -> Calendar:
    """Return the calendar of a doctor. Raise DoctorNotBookable, DoctorIsPatient, and NotFound for other ids."""
    try:
        return await calendars.of_doctor(db, doctor_id, span, patient_id, wanted, ages)
    except NotFound:
        await bookable.check_bookable(db, doctor_id, patient_id)
        raise


async def _nearest_free(
    db: WriteSession,
    settings: Settings,
    who: Identity,
    patient_id: int,
    doctor_id: int,
    starts_at: datetime,
    wanted: WantedVisit,
    ages: Ages = calendars.ANY_AGE,
) -> list[datetime]:
    """Return the free times of the doctor and the patient that are nearest to this one."""
    zone = settings.clinic_zone
    days = days_from(local_date(starts_at, zone) - DAY * ALTERNATIVES_WITHIN_DAYS, 2 * ALTERNATIVES_WITHIN_DAYS)
    calendar = await calendars.of_doctor(db, doctor_id, day_bounds(days[0], days[-1], zone), patient_id, wanted, ages)
    window = bookable_window(settings, who.role)
    return nearest((slot[0] for slot in slots.free(calendar, days, window, zone)), starts_at)


def alternatives_on(settings: Settings, role: Role, calendar: Calendar, starts_at: datetime) -> list[datetime]:
    """Return other free times of the same day, offered where another booking takes this one first."""
    zone = settings.clinic_zone
    found = slots.free(calendar, [local_date(starts_at, zone)], bookable_window(settings, role), zone)
    return nearest((slot[0] for slot in found if slot[0] != starts_at), starts_at)


def _why_not_free(calendar: Calendar, day: date, role: Role, held_until: datetime | None) -> str:
    remedy = "Choose one of the alternatives or another free time"
    if role in DESK:
        remedy = f"{remedy}, or give the reason for this one in overbook"
    if day in calendar.closed:
        return f"The hospital is closed on that day: {calendar.closed[day].en}. {remedy}."
    if held_until is not None:
        until = held_until.isoformat(sep=" ", timespec="minutes")
        return (
            f"That time is offered to a patient of the waitlist until {until[:16]}. Withdraw the offer, or choose another time."
        )
    return f"That time is not free. {remedy}."
