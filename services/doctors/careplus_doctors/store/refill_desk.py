"""Statements about open requests for the desk: the ones for which no doctor is present, and naming another doctor."""

from collections.abc import Sequence
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Select, false, select
from sqlmodel import col

from careplus_contracts.endpoints import Role
from careplus_contracts.reception import Caller
from careplus_contracts.refills import DeskRefill, DeskRefillFilter, DeskRefills, DoctorAway
from careplus_contracts.refusals import NotFound
from careplus_contracts.values import Person
from careplus_doctors.store import refill_notices
from careplus_doctors.store.refills import LONGEST_FIRST
from careplus_runtime.http.problems import NOTHING_HERE
from careplus_runtime.http.records import fetch_page, one_or_404
from careplus_runtime.identity.refills import is_unowned, present
from careplus_runtime.identity.tokens import Identity
from careplus_tables.absences import Now, is_away
from careplus_tables.accounts import AccountRow
from careplus_tables.engine import AnySession, ReadSession, WriteSession
from careplus_tables.people import doctor_name
from careplus_tables.prescriptions import PrescriptionRow
from careplus_tables.refills import IS_OPEN, RefillRow

CROSS_PATIENT = "the desk finds a doctor for the requests of all patients"
_refill = RefillRow


async def list_open(db: ReadSession, who: Identity, wanted: DeskRefillFilter, zone: ZoneInfo) -> DeskRefills:
    """Return open requests, the longest waiting first; by default the ones for which no doctor is present."""
    at = present(zone)
    query = _open(who).execution_options(cross_patient=CROSS_PATIENT)
    if wanted.unowned:
        query = query.where(is_unowned(at))
    rows, next_cursor = await fetch_page(db, query, LONGEST_FIRST, wanted)
    return DeskRefills(items=await _to_contract(db, [row.id for row in rows], at), next_cursor=next_cursor)


async def lock_for_update(db: AnySession, who: Identity, refill_id: int) -> RefillRow:
    """Return a request for an administrator, locked. Raise NotFound."""
    query = _any(who).where(col(_refill.id) == refill_id).execution_options(cross_patient=CROSS_PATIENT)
    return await one_or_404(db, query.with_for_update())


async def route(db: WriteSession, row: RefillRow, doctor_id: int, zone: ZoneInfo) -> None:
    """Name another doctor and raise the version; naming the same one changes nothing. Raise NotFound and DoctorAway."""
    query = select(col(AccountRow.id), is_away(col(AccountRow.id), present(zone))).where(
        col(AccountRow.id) == doctor_id, col(AccountRow.role) == Role.DOCTOR.value
    )
    found = (await db.execute(query)).one_or_none()
    if found is None:
        raise NotFound(NOTHING_HERE)
    if found[1]:
        raise DoctorAway("This doctor is away today. Name a doctor that is present.")
    if row.doctor_id != doctor_id:
        row.doctor_id = doctor_id
        row.version += 1
        await db.flush()
        await refill_notices.tell_of_request(db, row, zone)


async def show(db: AnySession, row: RefillRow, zone: ZoneInfo) -> DeskRefill:
    """Return a request that was found for the administrator before."""
    [refill] = await _to_contract(db, [row.id], present(zone))
    return refill


def _any(who: Identity) -> Select[RefillRow]:
    """Return the statement of all requests; it finds none for other roles than administrators."""
    return select(RefillRow) if who.role is Role.ADMIN else select(RefillRow).where(false())


def _open(who: Identity) -> Select[RefillRow]:
    return _any(who).where(IS_OPEN)


async def _to_contract(db: AnySession, ids: Sequence[int | None], at: Now) -> list[DeskRefill]:
    query: Select[*tuple[Any, ...]] = (
        select(
            RefillRow,
            AccountRow,
            doctor_name(col(_refill.doctor_id)),
            col(PrescriptionRow.reference),
            is_away(col(_refill.doctor_id), at),
            is_unowned(at),
        )
        .join(AccountRow, col(AccountRow.id) == col(_refill.patient_id))
        .join(PrescriptionRow, col(PrescriptionRow.id) == col(_refill.prescription_id))
        .where(col(_refill.id).in_(ids))
        .order_by(col(_refill.id))
        .execution_options(cross_patient=CROSS_PATIENT)
    )
    return [
        DeskRefill(
            **row.model_dump(include={"id", "created_at", "version"}),
            patient=Caller(**patient.model_dump(include={"id", "full_name", "date_of_birth", "phone"})),
            doctor=Person(id=row.doctor_id, full_name=doctor),
            doctor_away=bool(away),
            unowned=bool(unowned),
            reference=reference,
        )
        for row, patient, doctor, reference, away, unowned in (await db.execute(query)).all()
    ]
