"""A doctor's weekly hours, extra hours and time off, edited by the doctor or at the desk."""

from careplus_appointments.store import availability, desk_doctors, offered, reception, waitlist_offers
from careplus_contracts import availability as contract
from careplus_contracts import desk_availability as desk
from careplus_contracts.availability import (
    AddExtraHours,
    Availability,
    ExtraHours,
    ListedExtraHours,
    NewTimeOff,
    SetAvailability,
    TakeTimeOff,
    TimesOff,
)
from careplus_contracts.desk_availability import DeskAvailability, DeskTimeOff
from careplus_contracts.values import Id, PageFilter
from careplus_runtime.http.dependencies import AppSettings, CurrentUser, IfMatch, ReadDb, WriteDb, check_version
from careplus_runtime.http.serving import Routes
from careplus_runtime.process.clock import now
from careplus_runtime.process.settings import Settings
from careplus_tables.availability import AvailabilityRow
from careplus_tables.engine import WriteSession
from careplus_tables.locking import lock_accounts

routes = Routes()


@routes.serve(contract.show_availability)
async def show_availability(*, who: CurrentUser, db: ReadDb, settings: AppSettings) -> Availability:
    return await availability.show(db, await availability.find(db, who.id), settings.clinic_zone)


@routes.serve(contract.set_availability)
async def set_availability(
    body: SetAvailability, *, who: CurrentUser, db: WriteDb, settings: AppSettings, expected: IfMatch
) -> Availability:
    row = await _replace(db, settings, who.id, body, expected)
    return await availability.show(db, row, settings.clinic_zone)


@routes.serve(contract.list_time_off)
async def list_time_off(query: PageFilter, *, who: CurrentUser, db: ReadDb) -> TimesOff:
    return await availability.list_time_off(db, who.id, query)


@routes.serve(contract.take_time_off)
async def take_time_off(body: TakeTimeOff, *, who: CurrentUser, db: WriteDb, settings: AppSettings) -> NewTimeOff:
    await _before_change(db, settings, who.id)
    time_off = await availability.add_time_off(db, who.id, body)
    await waitlist_offers.lapse_within(db, who.id, (body.starts_at, body.ends_at))
    found = await availability.overlapping(db, who.id, (body.starts_at, body.ends_at))
    return NewTimeOff(**dict(time_off), to_move=await availability.visits_of_ids(db, who.id, found))


@routes.serve(contract.cancel_time_off)
async def cancel_time_off(time_off_id: Id, *, who: CurrentUser, db: WriteDb, settings: AppSettings) -> None:
    await _before_change(db, settings, who.id)
    await availability.delete_time_off(db, who.id, time_off_id)
    await waitlist_offers.offer_all(db, who.id)


@routes.serve(contract.list_extra_hours)
async def list_extra_hours(query: PageFilter, *, who: CurrentUser, db: ReadDb, settings: AppSettings) -> ListedExtraHours:
    return await availability.list_extra_hours(db, who.id, query, settings.clinic_zone)


@routes.serve(contract.add_extra_hours)
async def add_extra_hours(body: AddExtraHours, *, who: CurrentUser, db: WriteDb, settings: AppSettings) -> ExtraHours:
    await _before_change(db, settings, who.id)
    extra = await availability.add_extra_hours(db, who.id, body)
    await waitlist_offers.offer_all(db, who.id)
    return extra


@routes.serve(contract.remove_extra_hours)
async def remove_extra_hours(extra_hours_id: Id, *, who: CurrentUser, db: WriteDb, settings: AppSettings) -> None:
    await _before_change(db, settings, who.id)
    await availability.delete_extra_hours(db, who.id, extra_hours_id)


@routes.serve(desk.show_hours_of_doctor)
async def show_hours_of_doctor(doctor_id: Id, *, who: CurrentUser, db: ReadDb, settings: AppSettings) -> DeskAvailability:
    await desk_doctors.find(db, who, doctor_id)
    return await availability.show_to_desk(db, who, await availability.find(db, doctor_id), settings.clinic_zone)


@routes.serve(desk.set_hours_of_doctor, path_record=desk_doctors.find)
async def set_hours_of_doctor(
    doctor_id: Id, body: SetAvailability, *, who: CurrentUser, db: WriteDb, settings: AppSettings, expected: IfMatch
) -> DeskAvailability:
    await desk_doctors.find(db, who, doctor_id)
    row = await _replace(db, settings, doctor_id, body, expected)
    return await availability.show_to_desk(db, who, row, settings.clinic_zone)


@routes.serve(desk.list_time_off_of_doctor)
async def list_time_off_of_doctor(doctor_id: Id, query: PageFilter, *, who: CurrentUser, db: ReadDb) -> TimesOff:
    await desk_doctors.find(db, who, doctor_id)
    return await availability.list_time_off(db, doctor_id, query)


@routes.serve(desk.take_time_off_of_doctor, path_record=desk_doctors.find)
async def take_time_off_of_doctor(
    doctor_id: Id, body: TakeTimeOff, *, who: CurrentUser, db: WriteDb, settings: AppSettings
) -> DeskTimeOff:
    await desk_doctors.find(db, who, doctor_id)
    await _before_change(db, settings, doctor_id)
    time_off = await availability.add_time_off(db, doctor_id, body)
    await waitlist_offers.lapse_within(db, doctor_id, (body.starts_at, body.ends_at))
    found = await availability.overlapping(db, doctor_id, (body.starts_at, body.ends_at))
    return DeskTimeOff(**dict(time_off), to_move=await reception.of_ids(db, who, found))


@routes.serve(desk.cancel_time_off_of_doctor)
async def cancel_time_off_of_doctor(
    doctor_id: Id, time_off_id: Id, *, who: CurrentUser, db: WriteDb, settings: AppSettings
) -> None:
    await desk_doctors.find(db, who, doctor_id)
    await _before_change(db, settings, doctor_id)
    await availability.delete_time_off(db, doctor_id, time_off_id)
    await waitlist_offers.offer_all(db, doctor_id)


@routes.serve(desk.list_extra_hours_of_doctor)
async def list_extra_hours_of_doctor(
    doctor_id: Id, query: PageFilter, *, who: CurrentUser, db: ReadDb, settings: AppSettings
) -> ListedExtraHours:
    await desk_doctors.find(db, who, doctor_id)
    return await availability.list_extra_hours(db, doctor_id, query, settings.clinic_zone)


@routes.serve(desk.add_extra_hours_of_doctor, path_record=desk_doctors.find)
async def add_extra_hours_of_doctor(
    doctor_id: Id, body: AddExtraHours, *, who: CurrentUser, db: WriteDb, settings: AppSettings
) -> ExtraHours:
    await desk_doctors.find(db, who, doctor_id)
    await _before_change(db, settings, doctor_id)
    extra = await availability.add_extra_hours(db, doctor_id, body)
    await waitlist_offers.offer_all(db, doctor_id)
    return extra


@routes.serve(desk.remove_extra_hours_of_doctor)
async def remove_extra_hours_of_doctor(
    doctor_id: Id, extra_hours_id: Id, *, who: CurrentUser, db: WriteDb, settings: AppSettings
) -> None:
    await desk_doctors.find(db, who, doctor_id)
    await _before_change(db, settings, doctor_id)
    await availability.delete_extra_hours(db, doctor_id, extra_hours_id)


async def _replace(
    db: WriteSession, settings: Settings, doctor_id: int, body: SetAvailability, expected: frozenset[str] | None
) -> AvailabilityRow:
    row = await availability.lock_for_update(db, doctor_id)
    check_version(row.version, expected)
    await offered.keep_passed_days(db, now(), settings.clinic_zone)
    await availability.replace(db, row, body)
    await waitlist_offers.offer_all(db, doctor_id)
    return row


async def _before_change(db: WriteSession, settings: Settings, doctor_id: int) -> None:
    """Wait for bookings that run, and keep the offered time of passed days."""
    await lock_accounts(db, doctor_id)
    await offered.keep_passed_days(db, now(), settings.clinic_zone)
