"""Lists of the waitlist: a patient's own entries, and the entries of all patients for reception."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlmodel import col

from careplus_appointments.store.reception import CROSS_PATIENT, is_desk
from careplus_appointments.store.waitlist import waits
from careplus_clinic.specialties import names_of
from careplus_contracts.appointments import AppointmentStatus, Practitioner
from careplus_contracts.availability import Weekday
from careplus_contracts.endpoints import Role
from careplus_contracts.reception import Caller
from careplus_contracts.values import Id, InLanguages, Instant, PageFilter
from careplus_contracts.waitlist import (
    DeskEntries,
    DeskEntry,
    Offer,
    ReplacedVisit,
    WaitedVisitType,
    WaitlistEntries,
    WaitlistEntry,
    WaitlistFilter,
)
from careplus_runtime.http.records import Keyset, fetch_page
from careplus_runtime.identity.tokens import Identity
from careplus_tables.accounts import AccountRow
from careplus_tables.appointments import AppointmentRow
from careplus_tables.doctors import DoctorRow
from careplus_tables.engine import AnySession, ReadSession
from careplus_tables.people import display_name, is_bookable
from careplus_tables.visit_types import VisitTypeRow
from careplus_tables.waitlist import WaitlistEntryRow, WaitlistOfferRow

_entry, _visit, _offer = WaitlistEntryRow, AppointmentRow, WaitlistOfferRow
_LONGEST_FIRST = Keyset((col(_entry.created_at), col(_entry.id)), tuple[Instant, Id], lambda row: (row.created_at, row.id))


async def list_own(db: ReadSession, who: Identity, wanted: PageFilter, today: date) -> WaitlistEntries:
    """Return the patient's entries that wait."""
    query = select(WaitlistEntryRow).where(col(_entry.patient_id) == who.id, *waits(today))
    rows, next_cursor = await fetch_page(db, query, _LONGEST_FIRST, wanted)
    return WaitlistEntries(items=[WaitlistEntry(**one) for one in await _members(db, rows)], next_cursor=next_cursor)


async def list_all(db: ReadSession, who: Identity, wanted: WaitlistFilter, today: date) -> DeskEntries:
    """Return the entries of all patients that wait."""
    query = select(WaitlistEntryRow).where(is_desk(who), *waits(today))
    for name in ("patient_id", "doctor_id"):
        if (value := getattr(wanted, name)) is not None:
            query = query.where(col(getattr(_entry, name)) == value)
    rows, next_cursor = await fetch_page(db, query.execution_options(cross_patient=CROSS_PATIENT), _LONGEST_FIRST, wanted)
    return DeskEntries(items=await _desk_entries(db, rows), next_cursor=next_cursor)


async def show(db: AnySession, patient_id: int, entry_id: int) -> WaitlistEntry:
    """Return an entry that was found or inserted before."""
    [members] = await _members(db, [await _one(db, patient_id, entry_id)])
    return WaitlistEntry(**members)


async def show_at_desk(db: AnySession, patient_id: int, entry_id: int) -> DeskEntry:
    """Return an entry that was inserted before, as reception sees it."""
    [entry] = await _desk_entries(db, [await _one(db, patient_id, entry_id)])
    return entry


async def _one(db: AnySession, patient_id: int, entry_id: int) -> WaitlistEntryRow:
    query = select(WaitlistEntryRow).where(col(_entry.id) == entry_id, col(_entry.patient_id) == patient_id)
    return (await db.execute(query)).scalar_one()


async def _desk_entries(db: AnySession, rows: Sequence[WaitlistEntryRow]) -> list[DeskEntry]:
    account = AccountRow
    query = select(col(account.id), col(account.full_name), col(account.date_of_birth), col(account.phone))
    query = query.where(col(account.id).in_({row.patient_id for row in rows}))
    callers = {
        id_: Caller(id=id_ or 0, full_name=name, date_of_birth=born, phone=phone)
        for id_, name, born, phone in await db.execute(query)
    }
    members = await _members(db, rows)
    return [DeskEntry(**one, patient=callers[row.patient_id]) for row, one in zip(rows, members, strict=True)]


async def _members(db: AnySession, rows: Sequence[WaitlistEntryRow]) -> list[dict[str, Any]]:
    offers = await _offers(db, rows)
    replaced, types = await _replaced(db, rows), await _types(db, rows)
    doctors = await _practitioners(db, [*(row.doctor_id for row in rows), *(one.doctor_id for one in offers.values())])
    return [
        {
            **{"id": row.id, "created_at": row.created_at, "added_by": Role(row.added_by)},
            **{"doctor": doctors.get(row.doctor_id or 0), "specialty": row.specialty, "specialty_names": names_of(row.specialty)},
            **{"first_day": row.first_day, "last_day": row.last_day, "from_time": row.from_time, "to_time": row.to_time},
            "visit_type": types.get(row.visit_type_id or 0),
            "weekdays": [Weekday(day) for day in row.weekdays.split(",")],
            "instead_of": replaced.get(row.instead_of_id or 0),
            "offer": _to_offer(offers[row.offer_id], doctors) if row.offer_id in offers else None,
        }
        for row in rows
    ]


def _to_offer(row: Any, doctors: dict[int, Practitioner]) -> Offer:
    return Offer(
        appointment_id=row.id,
        doctor=doctors[row.doctor_id],
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        place=row.place,
        offered_until=row.offered_until,
        version=row.version,
    )


async def _offers(db: AnySession, rows: Sequence[WaitlistEntryRow]) -> dict[int, Any]:
    """Return the open offers of these entries by the id of the visit."""
    query = (
        select(
            *(col(_visit.id), col(_visit.doctor_id), col(_visit.starts_at), col(_visit.ends_at), col(_visit.place)),
            *(col(_visit.version), col(_offer.offered_until)),
        )
        .join(_offer, col(_offer.appointment_id) == col(_visit.id))
        .where(col(_offer.entry_id).in_([row.id for row in rows]), col(_visit.status) == AppointmentStatus.OFFERED.value)
    )
    return {row.id or 0: row for row in await db.execute(query)}


async def _replaced(db: AnySession, rows: Sequence[WaitlistEntryRow]) -> dict[int, ReplacedVisit]:
    ids, patients = [row.instead_of_id for row in rows if row.instead_of_id is not None], {row.patient_id for row in rows}
    query = select(col(_visit.id), col(_visit.starts_at)).where(col(_visit.id).in_(ids), col(_visit.patient_id).in_(patients))
    return {id_ or 0: ReplacedVisit(id=id_ or 0, starts_at=starts_at) for id_, starts_at in await db.execute(query)}


async def _types(db: AnySession, rows: Sequence[WaitlistEntryRow]) -> dict[int, WaitedVisitType]:
    """Return the types of these entries by id, also types that are not active any more."""
    if not (ids := {row.visit_type_id for row in rows if row.visit_type_id is not None}):
        return {}
    query = select(col(VisitTypeRow.id), col(VisitTypeRow.name_en), col(VisitTypeRow.name_de)).where(
        col(VisitTypeRow.id).in_(ids)
    )
    return {
        id_ or 0: WaitedVisitType(id=id_ or 0, names=InLanguages(en=name_en, de=name_de))
        for id_, name_en, name_de in await db.execute(query)
    }


async def _practitioners(db: AnySession, ids: Iterable[int | None]) -> dict[int, Practitioner]:
    """Return doctors by id, also without appointments any more."""
    account = AccountRow
    query = (
        select(col(account.id), display_name(account), col(DoctorRow.specialty), is_bookable(account))
        .outerjoin(DoctorRow, col(DoctorRow.id) == col(account.id))
        .where(col(account.id).in_({id_ for id_ in ids if id_ is not None}))
    )
    return {
        id_ or 0: Practitioner(
            id=id_ or 0, full_name=name, specialty=specialty, specialty_names=names_of(specialty), bookable=bool(bookable)
        )
        for id_, name, specialty, bookable in await db.execute(query)
    }
