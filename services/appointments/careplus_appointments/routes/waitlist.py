"""Patients wait for a time, and answer the time that is offered to them; reception does it for patients."""

from fastapi import Request

from careplus_appointments import offers
from careplus_appointments.background import wake_offers
from careplus_appointments.store import appointments, reception, waitlist, waitlist_lists
from careplus_clinic.clinic_time import local_date
from careplus_contracts import waitlist as contract
from careplus_contracts.appointments import Appointment
from careplus_contracts.reception import Arrangement
from careplus_contracts.values import Id, PageFilter
from careplus_contracts.waitlist import DeskEntries, DeskEntry, JoinWaitlist, JoinWaitlistFor, WaitlistEntries, WaitlistEntry
from careplus_runtime.http.dependencies import AppSettings, CurrentUser, IfMatch, ReadDb, WriteDb, check_version
from careplus_runtime.http.serving import Routes
from careplus_runtime.process.clock import now

routes = Routes()


@routes.serve(contract.list_entries)
async def list_entries(query: PageFilter, *, who: CurrentUser, db: ReadDb, settings: AppSettings) -> WaitlistEntries:
    return await waitlist_lists.list_own(db, who, query, local_date(now(), settings.clinic_zone))


@routes.serve(contract.join_waitlist)
async def join_waitlist(body: JoinWaitlist, *, who: CurrentUser, db: WriteDb, settings: AppSettings) -> WaitlistEntry:
    entry_id = await waitlist.join(db, settings, who.id, who.role, body)
    return await waitlist_lists.show(db, who.id, entry_id)


@routes.serve(contract.leave_waitlist)
async def leave_waitlist(entry_id: Id, *, who: CurrentUser, db: WriteDb) -> None:
    await waitlist.remove(db, who, entry_id)


@routes.serve(contract.accept_offer)
async def accept_offer(
    appointment_id: Id, *, who: CurrentUser, db: WriteDb, settings: AppSettings, expected: IfMatch, request: Request
) -> Appointment:
    row = await appointments.claim_of_patient(db, who, appointment_id)
    check_version(row.version, expected)
    # an offer that is over is offered to the next patient now, not at the next round of the task
    wake_offers(request.app)
    await offers.accept(db, settings, row)
    return await appointments.show(db, appointment_id)


@routes.serve(contract.decline_offer)
async def decline_offer(appointment_id: Id, *, who: CurrentUser, db: WriteDb, expected: IfMatch) -> Appointment:
    row = await appointments.claim_of_patient(db, who, appointment_id)
    check_version(row.version, expected)
    await offers.decline(db, row)
    return await appointments.show(db, appointment_id)


@routes.serve(contract.list_desk_entries)
async def list_desk_entries(
    query: contract.WaitlistFilter, *, who: CurrentUser, db: ReadDb, settings: AppSettings
) -> DeskEntries:
    return await waitlist_lists.list_all(db, who, query, local_date(now(), settings.clinic_zone))


@routes.serve(contract.join_waitlist_for)
async def join_waitlist_for(body: JoinWaitlistFor, *, who: CurrentUser, db: WriteDb, settings: AppSettings) -> DeskEntry:
    await reception.check_patient(db, who, body.patient_id)
    entry_id = await waitlist.join(db, settings, body.patient_id, who.role, body)
    return await waitlist_lists.show_at_desk(db, body.patient_id, entry_id)


@routes.serve(contract.remove_entry)
async def remove_entry(entry_id: Id, *, who: CurrentUser, db: WriteDb) -> None:
    await waitlist.remove(db, who, entry_id)


@routes.serve(contract.withdraw_offer)
async def withdraw_offer(appointment_id: Id, *, who: CurrentUser, db: WriteDb, expected: IfMatch) -> Arrangement:
    row = await reception.claim(db, who, appointment_id, None)
    check_version(row.version, expected)
    await offers.decline(db, row, to_next=False)
    return await reception.show(db, who, appointment_id)
