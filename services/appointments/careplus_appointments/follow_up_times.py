"""The free times that are offered for a follow-up."""

from datetime import datetime

from sqlalchemy import select
from sqlmodel import col

from careplus_appointments.rules import follow_ups as rules
from careplus_appointments.rules import slots
from careplus_appointments.rules.visit_types import WantedVisit
from careplus_appointments.store import bookable, calendars
from careplus_appointments.store.finding import bookable_window
from careplus_clinic.clinic_time import day_bounds, local_date, local_minute
from careplus_contracts.finding import Slot
from careplus_contracts.follow_ups import FollowUpFilter, FollowUpTimes
from careplus_contracts.refusals import NotFound
from careplus_runtime.identity.tokens import Identity
from careplus_runtime.process.clock import now
from careplus_runtime.process.settings import Settings
from careplus_tables.appointments import AppointmentRow
from careplus_tables.engine import AnySession


async def offer(db: AnySession, settings: Settings, who: Identity, patient_id: int, query: FollowUpFilter) -> FollowUpTimes:
    """Return free times of the doctor and the patient around the wanted day. Raise DoctorNotBookable and VisitTypeNotOffered."""
    zone, window = settings.clinic_zone, bookable_window(settings, who.role)
    followed = await _start_of(db, patient_id, query.appointment_id) or now()
    since = local_date(max(followed, now()), zone)
    wanted = rules.wanted_day(query.interval, since)
    days = rules.searched_days(wanted, since)
    try:
        visit = WantedVisit(query.visit_type_id)
        calendar = await calendars.of_doctor(db, who.id, day_bounds(days[0], days[-1], zone), patient_id, visit)
    except NotFound:
        await bookable.check_bookable(db, who.id, patient_id)
        raise
    free = slots.free(calendar, days, window, zone)
    found = rules.nearest_times(free, wanted, local_minute(followed, zone), zone)
    items = [Slot(starts_at=starts_at, ends_at=ends_at, day=local_date(starts_at, zone)) for starts_at, ends_at in found]
    return FollowUpTimes(wanted_on=wanted, last_day=local_date(window[1], zone), items=items)


async def _start_of(db: AnySession, patient_id: int, appointment_id: int | None) -> datetime | None:
    visit = AppointmentRow
    query = select(col(visit.starts_at)).where(col(visit.id) == appointment_id, col(visit.patient_id) == patient_id)
    starts_at: datetime | None = (await db.execute(query)).scalar_one_or_none()
    return starts_at
