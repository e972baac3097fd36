"""Statements about entries of the waitlist: join, find and remove."""

from datetime import date, timedelta

from sqlalchemy import ColumnElement, exists, func, or_, select
from sqlalchemy.orm import aliased
from sqlmodel import col

from careplus_appointments.rules.visits import check_changeable
from careplus_appointments.store import bookable, visit_types, waitlist_offers
from careplus_appointments.store.reception import CROSS_PATIENT, is_desk
from careplus_appointments.store.waiting_entries import REPLACEABLE, is_same_specialty
from careplus_clinic.clinic_time import local_date
from careplus_contracts.appointments import AppointmentStatus
from careplus_contracts.endpoints import Role
from careplus_contracts.refusals import NotFound
from careplus_contracts.visit_types import StaffBookVisitType, VisitTypeNotOffered
from careplus_contracts.waitlist import (
    MOST_ENTRIES,
    AlreadyWaiting,
    EntryStatus,
    JoinWaitlist,
    NoDayAhead,
    TooManyEntries,
)
from careplus_runtime.http.problems import NOTHING_HERE
from careplus_runtime.http.records import one_or_404
from careplus_runtime.identity.tokens import Identity
from careplus_runtime.process.clock import now, this_second
from careplus_runtime.process.settings import Settings
from careplus_tables.accounts import AccountRow
from careplus_tables.appointments import AppointmentRow
from careplus_tables.doctors import DoctorRow
from careplus_tables.engine import AnySession, WriteSession
from careplus_tables.locking import lock_accounts
from careplus_tables.people import IS_BOOKABLE_DOCTOR
from careplus_tables.waitlist import WaitlistEntryRow

MOST_SPECIALTIES = 500
_entry, _visit, _replaced = WaitlistEntryRow, AppointmentRow, aliased(AppointmentRow)


def waits(today: date) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions of entries that wait: not ended, with a day ahead, and the visit that they replace is ahead."""
    replaced = exists().where(
        col(_replaced.id) == col(_entry.instead_of_id),
        *(col(_replaced.patient_id) == col(_entry.patient_id), col(_replaced.status).in_(REPLACEABLE)),
        col(_replaced.starts_at) > now(),
    )
    is_waiting = (col(_entry.status) == EntryStatus.WAITING.value, col(_entry.last_day) >= today)
    return (*is_waiting, or_(col(_entry.instead_of_id).is_(None), replaced))


async def join(db: WriteSession, settings: Settings, patient_id: int, by: Role, body: JoinWaitlist) -> int:
    """Insert an entry and return its id.

    Raise NotFound, NoDayAhead, TooManyEntries and AlreadyWaiting, IllegalTransition or TooLate for the replaced visit, and
    VisitTypeNotOffered or StaffBookVisitType.
    """
    today = local_date(now(), settings.clinic_zone)
    # two requests of one patient are counted one after the other
    await lock_accounts(db, patient_id)
    await _check_exists(db, patient_id, body)
    await _check_type(db, by, body)
    await _check_days(db, patient_id, body, today)
    own = (col(_entry.patient_id) == patient_id, *waits(today))
    if (await db.execute(select(func.count()).select_from(_entry).where(*own))).scalar_one() >= MOST_ENTRIES:
        raise TooManyEntries(f"At most {MOST_ENTRIES} entries of a patient wait. Remove one first.")
    same = select(col(_entry.id)).where(*own, col(_entry.instead_of_id) == body.instead_of).limit(1)
    if body.instead_of is not None and (await db.execute(same)).first() is not None:
        raise AlreadyWaiting("An earlier time than this visit is waited for already.")
    row = WaitlistEntryRow(
        patient_id=patient_id,
        doctor_id=body.doctor_id,
        specialty=body.specialty,
        visit_type_id=body.visit_type_id,
        first_day=body.first_day,
        last_day=body.last_day,
        weekdays=",".join(dict.fromkeys(day.value for day in body.weekdays)),
        from_time=body.from_time,
        to_time=body.to_time,
        instead_of_id=body.instead_of,
        added_by=by.value,
        created_at=this_second(),
    )
    db.add(row)
    await db.flush()
    assert row.id is not None
    return row.id


async def remove(db: WriteSession, who: Identity, entry_id: int) -> None:
    """Remove an own entry, or one of any patient for the desk; an offered time is offered to the next one. Raise NotFound."""
    entry = await _find(db, who, entry_id)
    # accepting locks the account too; the visit is locked before the entry, as everywhere
    await lock_accounts(db, entry.patient_id)
    freed = None if entry.offer_id is None else await waitlist_offers.lapse(db, entry.offer_id)
    entry = await _find(db, who, entry_id, lock=True)
    if entry.offer_id is not None:
        # made since the entry was read
        freed = await waitlist_offers.lapse(db, entry.offer_id)
    entry.status, entry.offer_id = EntryStatus.REMOVED.value, None
    await db.flush()
    if freed is not None:
        await waitlist_offers.offer(db, freed)


async def _find(db: WriteSession, who: Identity, entry_id: int, *, lock: bool = False) -> WaitlistEntryRow:
    is_own = is_desk(who) if who.role is not Role.PATIENT else col(_entry.patient_id) == who.id
    query = select(WaitlistEntryRow).where(col(_entry.id) == entry_id, is_own, col(_entry.status) == EntryStatus.WAITING.value)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    return await one_or_404(db, query if who.role is Role.PATIENT else query.execution_options(cross_patient=CROSS_PATIENT))


async def _check_exists(db: WriteSession, patient_id: int, body: JoinWaitlist) -> None:
    """Raise NotFound for a doctor that cannot be booked or a specialty without one, DoctorIsPatient for the own account."""
    found = select(col(DoctorRow.specialty)).join(AccountRow, col(AccountRow.id) == col(DoctorRow.id))
    found = found.where(*IS_BOOKABLE_DOCTOR)
    if body.doctor_id is not None:
        if (await db.execute(found.where(col(DoctorRow.id) == body.doctor_id))).first() is None:
            raise NotFound(NOTHING_HERE)
        await bookable.check_bookable(db, body.doctor_id, patient_id)
        return
    specialties = (await db.execute(found.distinct().limit(MOST_SPECIALTIES))).scalars()
    if not any(is_same_specialty(body.specialty or "", text) for text in specialties):
        raise NotFound("No doctor of this specialty takes appointments here.")


async def _check_type(db: WriteSession, by: Role, body: JoinWaitlist) -> None:
    """Raise VisitTypeNotOffered for a type that no doctor of the entry offers, and StaffBookVisitType for a patient."""
    if body.visit_type_id is None:
        return
    offered = await visit_types.offering(db, body.visit_type_id)
    if not any(
        doctor_id == body.doctor_id or (body.specialty is not None and is_same_specialty(body.specialty, specialty))
        for doctor_id, specialty, _ in offered
    ):
        raise VisitTypeNotOffered("No doctor of this entry offers this type of visit. Choose another one, or send none.")
    if visit_types.is_online(by) and any(staff_only for _, _, staff_only in offered):
        raise StaffBookVisitType("The hospital books this type of visit for patients. Call the hospital.")


async def _check_days(db: AnySession, patient_id: int, body: JoinWaitlist, today: date) -> None:
    if body.last_day < today:
        raise NoDayAhead("The last day of this entry has passed. Choose a later one.")
    if body.instead_of is not None:
        query = select(AppointmentRow).where(col(_visit.id) == body.instead_of, col(_visit.patient_id) == patient_id)
        visit = await one_or_404(db, query)
        check_changeable(AppointmentStatus(visit.status), visit.starts_at, now(), timedelta(0))
