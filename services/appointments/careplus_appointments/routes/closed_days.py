"""Closed days of the whole hospital, and the public holidays to choose from."""

from fastapi import Request

from careplus_appointments.rules import holidays
from careplus_appointments.store import closed_days, waitlist_offers
from careplus_clinic.clinic_time import local_date
from careplus_contracts import closed_days as contract
from careplus_contracts.closed_days import (
    ClosedDayPlan,
    ClosedDays,
    Holiday,
    HolidayCountries,
    Holidays,
    SavedClosedDays,
    SetClosedDays,
    VisitsOnClosedDays,
)
from careplus_runtime.audit.recorder import identify_patients
from careplus_runtime.http.dependencies import AppSettings, CurrentUser, IfMatch, ReadDb, WriteDb, check_version
from careplus_runtime.http.serving import Routes
from careplus_runtime.process.clock import now

routes = Routes()


@routes.serve(contract.list_closed_days)
async def list_closed_days(query: contract.ClosedDayFilter, *, db: ReadDb, settings: AppSettings) -> ClosedDays:
    return await closed_days.list_public(db, query, local_date(now(), settings.clinic_zone))


@routes.serve(contract.show_closed_days)
async def show_closed_days(*, db: ReadDb, settings: AppSettings) -> ClosedDayPlan:
    return await closed_days.show(db, local_date(now(), settings.clinic_zone))


@routes.serve(contract.set_closed_days)
async def set_closed_days(
    body: SetClosedDays, *, request: Request, who: CurrentUser, db: WriteDb, settings: AppSettings, expected: IfMatch
) -> SavedClosedDays:
    today, zone = local_date(now(), settings.clinic_zone), settings.clinic_zone
    row = await closed_days.lock_for_update(db)
    check_version(row.version, expected)
    changed = await closed_days.replace(db, row, body, today)
    if not body.accept_outside:
        try:
            await closed_days.check_visits(db, who, changed.closed, zone)
        except VisitsOnClosedDays as refusal:
            identify_patients(request, {one.patient.id for one in refusal.visits}, "booked on a day that would be closed")
            raise
    await waitlist_offers.offer_days(db, changed.opened)
    return await closed_days.show_saved(db, who, today, zone)


@routes.serve(contract.list_holiday_countries)
async def list_holiday_countries() -> HolidayCountries:
    return HolidayCountries(countries=holidays.countries())


@routes.serve(contract.list_holidays)
async def list_holidays(query: contract.HolidayFilter, *, settings: AppSettings) -> Holidays:
    today = local_date(now(), settings.clinic_zone)
    found = holidays.between(query.country, query.subdivision, today, holidays.last_day(today))
    items = [Holiday(day=day, names=names) for day, names in found]
    return Holidays(items=items, next_cursor=None, subdivisions=holidays.subdivisions(query.country))
