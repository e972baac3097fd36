"""Answers to offers of the waitlist: accept, decline, withdraw, and the end of the time to answer."""

from sqlalchemy import select
from sqlmodel import col

from careplus_appointments.rules import slots
from careplus_appointments.store import appointments, calendars, visit_notices, visit_types, waitlist_offers
from careplus_appointments.store.waiting_entries import REPLACEABLE
from careplus_clinic.clinic_time import day_bounds, local_date
from careplus_clinic.transitions import illegal_transition
from careplus_contracts.appointments import AppointmentStatus
from careplus_contracts.endpoints import Role
from careplus_contracts.refusals import PatientBusy, SlotTaken
from careplus_contracts.waitlist import OfferOver
from careplus_runtime.identity.booking_limits import check_limits
from careplus_runtime.process.clock import now
from careplus_runtime.process.settings import Settings
from careplus_tables.appointments import AppointmentRow
from careplus_tables.engine import WriteSession
from careplus_tables.patient_times import other_appointment
from careplus_tables.waitlist import WaitlistEntryRow, WaitlistOfferRow

OVER = "This time is offered to you no longer. Your entry stays: the next time that fits is offered to you."


async def accept(db: WriteSession, settings: Settings, row: AppointmentRow) -> None:
    """Book the offered time, and cancel the visit that the entry replaces. The accounts of doctor and patient are locked.

    Raise IllegalTransition for a visit that was not offered, OfferOver, SlotTaken, PatientBusy and TooManyVisits.
    """
    offer, entry = await _of_visit(db, row)
    if row.status not in (AppointmentStatus.OFFERED.value, AppointmentStatus.LAPSED.value):
        # accepted before
        return
    if row.status == AppointmentStatus.LAPSED.value or offer.offered_until <= now():
        raise OfferOver(OVER)
    await _check_still_free(db, settings, row)
    await _cancel_replaced(db, row, entry)
    if other := await other_appointment(db, row.patient_id, row.starts_at, row.ends_at):
        raise PatientBusy.during(other, [], own=True)
    if entry.added_by == Role.PATIENT.value:
        await check_limits(db, settings, row.patient_id, row.doctor_id)
    row.booked_by = entry.added_by
    await appointments.set_status(db, row, AppointmentStatus.BOOKED, Role.PATIENT)
    assert row.id is not None
    await waitlist_offers.finish(db, row.id)
    await visit_notices.tell_booked(db, await appointments.show(db, row.id))


async def decline(db: WriteSession, row: AppointmentRow, *, to_next: bool = True) -> None:
    """End the offer, and offer its time to the next entry. Raise IllegalTransition and OfferOver."""
    await _of_visit(db, row)
    if row.status == AppointmentStatus.LAPSED.value:
        return
    assert row.id is not None
    freed = await waitlist_offers.lapse(db, row.id)
    if freed is None:
        raise OfferOver("This time is not offered any more.")
    if to_next:
        await waitlist_offers.offer(db, freed)


async def _of_visit(db: WriteSession, row: AppointmentRow) -> tuple[WaitlistOfferRow, WaitlistEntryRow]:
    offer = await db.get(WaitlistOfferRow, row.id)
    if offer is None:
        raise illegal_transition(AppointmentStatus(row.status), (), f"This visit is {row.status}; it was not offered.")
    query = select(WaitlistEntryRow).where(
        col(WaitlistEntryRow.id) == offer.entry_id, col(WaitlistEntryRow.patient_id) == row.patient_id
    )
    return offer, (await db.execute(query.with_for_update())).scalar_one()


async def _check_still_free(db: WriteSession, settings: Settings, row: AppointmentRow) -> None:
    """Raise SlotTaken where the doctor does not take appointments then any more."""
    zone, day = settings.clinic_zone, local_date(row.starts_at, settings.clinic_zone)
    span, bounds = (row.starts_at, row.ends_at), day_bounds(day, day, zone)
    kept = visit_types.of_moving(row)
    calendar = (await calendars.of_doctors(db, [row.doctor_id], bounds, wanted=kept)).get(row.doctor_id)
    if calendar is None or span not in slots.free(calendar, [day], (span[0], span[1]), zone):
        raise SlotTaken("The doctor is away at that time now. The next time that fits is offered to you.", alternatives=[])


async def _cancel_replaced(db: WriteSession, row: AppointmentRow, entry: WaitlistEntryRow) -> None:
    if entry.instead_of_id is None:
        return
    query = select(AppointmentRow).where(
        col(AppointmentRow.id) == entry.instead_of_id, col(AppointmentRow.patient_id) == row.patient_id
    )
    replaced = (await db.execute(query.with_for_update())).scalar_one_or_none()
    if replaced is not None and replaced.status in REPLACEABLE:
        await appointments.set_status(db, replaced, AppointmentStatus.CANCELLED, Role.PATIENT)
