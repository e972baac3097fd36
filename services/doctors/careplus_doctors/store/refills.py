"""Statements about requests to renew prescriptions, for patients and doctors."""

from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.exc import IntegrityError
from sqlmodel import col

from careplus_clinic.clinic_time import local_date
from careplus_contracts.refills import (
    DoctorRefillFilter,
    DoctorRefills,
    NewPrescription,
    Refill,
    RefillCounts,
    RefillFilter,
    RefillOpen,
    Refills,
    RefillStatus,
    RequestRefill,
)
from careplus_contracts.values import Id
from careplus_doctors.rules import refills as rules
from careplus_doctors.store import prescriptions, refill_notices
from careplus_doctors.store.refill_records import to_doctor_refills, to_refills
from careplus_runtime.http.problems import malformed
from careplus_runtime.http.records import Keyset, fetch_page, newest_first, one_or_404
from careplus_runtime.identity.care import patients_in_care
from careplus_runtime.identity.refills import present
from careplus_runtime.identity.tokens import Identity
from careplus_runtime.process.clock import now, this_second
from careplus_tables.absences import Now, is_away
from careplus_tables.colleagues import handed_to
from careplus_tables.engine import AnySession, ReadSession, WriteSession
from careplus_tables.prescriptions import PrescriptionRow
from careplus_tables.refills import IS_OPEN, RefillItemRow, RefillRow

_refill = RefillRow
_NEWEST_FIRST = newest_first(col(_refill.id))
LONGEST_FIRST = Keyset((col(_refill.id),), Id, lambda row: row.id)
ASKED_ALREADY = "You asked for a refill of this prescription already. Wait for the answer, or withdraw that request."


async def request(db: WriteSession, who: Identity, prescription_id: int, body: RequestRefill, zone: ZoneInfo) -> Refill:
    """Insert a request of the patient. Raise NotFound, NotRefillable, RefillOpen, and Malformed for an unknown item."""
    await prescriptions.lock_for_update(db, who, prescription_id)
    prescription = await prescriptions.find(db, who, prescription_id, zone)
    rules.check_refillable(prescription, local_date(now(), zone))
    await _check_none_open(db, who, prescription_id)
    renewed = await _renewed(db, who, prescription_id)
    try:
        positions = rules.positions_to_renew(prescription, body.items, renewed)
    except KeyError:
        raise malformed([{"loc": ("body", "items"), "msg": f"items lie between 0 and {len(prescription.items) - 1}"}]) from None
    row = RefillRow(
        prescription_id=prescription_id,
        patient_id=who.id,
        doctor_id=prescription.doctor.id,
        note=body.note,
        created_at=this_second(),
    )
    db.add(row)
    try:
        await db.flush()
    except IntegrityError:
        # on PostgreSQL another request was committed after the check
        raise RefillOpen(ASKED_ALREADY, refill_id=None) from None
    assert row.id is not None
    db.add_all(RefillItemRow(refill_id=row.id, position=position) for position in positions)
    await db.flush()
    await refill_notices.tell_of_request(db, row, zone)
    return await show(db, row, zone)


async def list_own(db: ReadSession, who: Identity, wanted: RefillFilter, zone: ZoneInfo) -> Refills:
    """Return the patient's requests, newest first."""
    query = select(RefillRow).where(col(_refill.patient_id) == who.id)
    if wanted.prescription_id is not None:
        query = query.where(col(_refill.prescription_id) == wanted.prescription_id)
    if wanted.status is not None:
        query = query.where(col(_refill.status) == wanted.status.value)
    rows, next_cursor = await fetch_page(db, query, _NEWEST_FIRST, wanted)
    return Refills(items=await to_refills(db, rows, local_date(now(), zone)), next_cursor=next_cursor)


async def of_patient(db: AnySession, who: Identity, refill_id: int) -> RefillRow:
    """Return a request of the patient, locked. Raise NotFound."""
    query = select(RefillRow).where(col(_refill.id) == refill_id, col(_refill.patient_id) == who.id)
    return await one_or_404(db, query.with_for_update())


async def show(db: AnySession, row: RefillRow, zone: ZoneInfo) -> Refill:
    [refill] = await to_refills(db, [row], local_date(now(), zone))
    return refill


async def withdraw(db: WriteSession, who: Identity, row: RefillRow) -> None:
    """Withdraw the request as its next version; one that is withdrawn already does not change."""
    if row.status == RefillStatus.OPEN.value:
        row.status, row.answered_at, row.answered_by_id = RefillStatus.WITHDRAWN.value, this_second(), who.id
        row.version += 1
        await db.flush()


async def list_for_doctor(db: ReadSession, who: Identity, wanted: DoctorRefillFilter, zone: ZoneInfo) -> DoctorRefills:
    """Return open requests, the longest waiting first, or the ones of another status, newest first."""
    query = select(RefillRow).where(col(_refill.status) == wanted.status.value, _concerns(who, present(zone)))
    if wanted.patient_id is not None:
        query = query.where(col(_refill.patient_id) == wanted.patient_id)
    order = LONGEST_FIRST if wanted.status is RefillStatus.OPEN else _NEWEST_FIRST
    rows, next_cursor = await fetch_page(db, query, order, wanted)
    items = await to_doctor_refills(db, who, rows, local_date(now(), zone))
    return DoctorRefills(items=items, next_cursor=next_cursor)


async def count_open(db: ReadSession, who: Identity, zone: ZoneInfo) -> RefillCounts:
    """Return the number of open requests that concern the doctor."""
    query = select(func.count()).select_from(RefillRow).where(IS_OPEN, _concerns(who, present(zone)))
    return RefillCounts(open=(await db.execute(query)).scalar_one())


async def check_readable(db: AnySession, who: Identity, refill_id: int) -> None:
    """Raise NotFound unless the request asks or concerns the doctor, or the patient is in the doctor's care."""
    readable = or_(_asks(who), col(_refill.patient_id).in_(patients_in_care(who)))
    await one_or_404(db, select(col(_refill.id)).where(col(_refill.id) == refill_id, readable))


async def lock_for_doctor(db: AnySession, who: Identity, refill_id: int, zone: ZoneInfo) -> RefillRow:
    """Return a request that concerns the doctor, locked. Raise NotFound."""
    query = select(RefillRow).where(col(_refill.id) == refill_id, _concerns(who, present(zone)))
    return await one_or_404(db, query.with_for_update())


def _asks(who: Identity) -> ColumnElement[bool]:
    """Return the condition of requests that ask this doctor, or one whose work was handed to this doctor, or were answered."""
    asked = col(_refill.doctor_id)
    return or_(asked == who.id, asked.in_(handed_to(who.id)), col(_refill.answered_by_id) == who.id)


def _concerns(who: Identity, at: Now) -> ColumnElement[bool]:
    """Return the condition of requests that the doctor may read, and answer while they are open."""
    in_care = col(_refill.patient_id).in_(patients_in_care(who))
    return or_(_asks(who), and_(or_(~IS_OPEN, is_away(col(_refill.doctor_id), at)), in_care))


async def _check_none_open(db: AnySession, who: Identity, prescription_id: int) -> None:
    query = select(col(_refill.id)).where(
        col(_refill.prescription_id) == prescription_id, col(_refill.patient_id) == who.id, IS_OPEN
    )
    if (found := (await db.execute(query)).scalar_one_or_none()) is not None:
        raise RefillOpen(ASKED_ALREADY, refill_id=found)


async def _renewed(db: AnySession, who: Identity, prescription_id: int) -> dict[int, NewPrescription]:
    """Return the new prescriptions of renewed items by position."""
    query = (
        select(col(RefillItemRow.position), col(PrescriptionRow.id), col(PrescriptionRow.reference))
        .join(RefillRow, col(_refill.id) == col(RefillItemRow.refill_id))
        .join(PrescriptionRow, col(PrescriptionRow.id) == col(_refill.renewed_as_id))
        .where(col(_refill.prescription_id) == prescription_id, col(_refill.patient_id) == who.id)
    )
    return {position: NewPrescription(id=id_, reference=name) for position, id_, name in (await db.execute(query)).all() if id_}
