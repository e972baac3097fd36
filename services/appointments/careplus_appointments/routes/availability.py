"""A doctor's weekly hours and time off."""

from careplus_appointments.store import availability, offered, waitlist_offers
from careplus_contracts import availability as contract
from careplus_contracts.availability import (
    Availability,
    NewTimeOff,
    SetAvailability,
    TakeTimeOff,
    TimesOff,
)
from careplus_contracts.values import Id, PageFilter
from careplus_runtime.http.dependencies import AppSettings, CurrentUser, IfMatch, ReadDb, WriteDb, check_version
from careplus_runtime.http.serving import Routes
from careplus_runtime.process.clock import now
from careplus_tables.locking import lock_accounts

routes = Routes()


@routes.serve(contract.show_availability)
async def show_availability(*, who: CurrentUser, db: ReadDb, settings: AppSettings) -> Availability:
    return await availability.show(db, who, await availability.find(db, who), settings.clinic_zone)


@routes.serve(contract.set_availability)
async def set_availability(
    body: SetAvailability, *, who: CurrentUser, db: WriteDb, settings: AppSettings, expected: IfMatch
) -> Availability:
    row = await availability.lock_for_update(db, who)
    check_version(row.version, expected)
    await offered.keep_passed_days(db, now(), settings.clinic_zone)
    await availability.replace(db, row, body)
    await waitlist_offers.offer_all(db, who.id)
    return await availability.show(db, who, row, settings.clinic_zone)


@routes.serve(contract.list_time_off)
async def list_time_off(query: PageFilter, *, who: CurrentUser, db: ReadDb) -> TimesOff:
    return await availability.list_time_off(db, who, query)


@routes.serve(contract.take_time_off)
async def take_time_off(body: TakeTimeOff, *, who: CurrentUser, db: WriteDb, settings: AppSettings) -> NewTimeOff:
    await lock_accounts(db, who.id)
    await offered.keep_passed_days(db, now(), settings.clinic_zone)
    time_off = await availability.add_time_off(db, who, body)
    await waitlist_offers.lapse_within(db, who.id, (body.starts_at, body.ends_at))
    to_move = await availability.overlapping(db, who, (body.starts_at, body.ends_at))
    return NewTimeOff(**dict(time_off), to_move=to_move)


@routes.serve(contract.cancel_time_off)
async def cancel_time_off(time_off_id: Id, *, who: CurrentUser, db: WriteDb, settings: AppSettings) -> None:
    await lock_accounts(db, who.id)
    await offered.keep_passed_days(db, now(), settings.clinic_zone)
    await availability.delete_time_off(db, who, time_off_id)
    await waitlist_offers.offer_all(db, who.id)
