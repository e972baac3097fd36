"""Statements about referrals."""

from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, bindparam, func, select
from sqlmodel import col

from careplus_clinic.clinic_time import local_date
from careplus_contracts.charts import LONGEST_PART
from careplus_contracts.endpoints import Role
from careplus_contracts.referral_letters import EnclosedChart
from careplus_contracts.referrals import (
    Direction,
    Refer,
    Referral,
    ReferralCounts,
    ReferralFilter,
    ReferralLetter,
    Referrals,
    ReferralStatus,
    ReferredFilter,
    UpdateReferral,
)
from careplus_contracts.refusals import NotFound
from careplus_doctors.rules.referrals import OPEN
from careplus_doctors.store.referral_access import is_own
from careplus_doctors.store.referral_notices import tell_of_referral
from careplus_doctors.store.referral_records import REFERRAL, ReferralRecord, to_contract, to_letter
from careplus_runtime.http.problems import NOTHING_HERE, malformed
from careplus_runtime.http.records import fetch_page, newest_first, one_or_404
from careplus_runtime.identity.care import ONE_IN_CARE, care_parameters, check_standing_care, is_emergency_only
from careplus_runtime.identity.tokens import Identity
from careplus_runtime.process.clock import now
from careplus_tables.accounts import AccountRow
from careplus_tables.compiled import CompiledStatement, literal_limit
from careplus_tables.engine import AnySession, ReadSession, WriteSession
from careplus_tables.references import new_reference
from careplus_tables.referral_status import is_any_of, is_overdue, shown_status
from careplus_tables.referrals import ReferralRow

_NEWEST_FIRST = newest_first(col(ReferralRow.id))
_OF_PATIENT = CompiledStatement(
    REFERRAL.where(col(ReferralRow.patient_id) == bindparam("care_patient"), col(ReferralRow.patient_id).in_(ONE_IN_CARE))
    .order_by(col(ReferralRow.id).desc())
    .limit(literal_limit(LONGEST_PART))
)


async def find(db: AnySession, who: Identity, referral_id: int, zone: ZoneInfo) -> ReferralLetter:
    """Return a referral of the patient, or one that the doctor sent or received, with its enclosures. Raise NotFound."""
    query = REFERRAL.add_columns(col(ReferralRow.enclosed)).where(col(ReferralRow.id) == referral_id, is_own(who))
    row = (await db.execute(query)).first()
    if row is None:
        raise NotFound(NOTHING_HERE)
    *columns, enclosed = row
    return to_letter(ReferralRecord(*columns), enclosed, _today(zone))


async def check_own(db: AnySession, who: Identity, referral_id: int) -> None:
    """Raise NotFound unless `find` returns the referral."""
    await one_or_404(db, select(col(ReferralRow.id)).where(col(ReferralRow.id) == referral_id, is_own(who)))


async def list_own(
    db: ReadSession, who: Identity, wanted: ReferredFilter | ReferralFilter, zone: ZoneInfo, direction: Direction | None = None
) -> Referrals:
    """Return the patient's referrals, or the ones that the doctor sent or received, newest first."""
    today = _today(zone)
    query = REFERRAL.where(is_own(who, direction))
    if wanted.status is not None:
        query = query.where(shown_status() == wanted.status.value)
    if isinstance(wanted, ReferredFilter):
        query = query.where(*_conditions(wanted, today))
    rows, next_cursor = await fetch_page(db, query, _NEWEST_FIRST, wanted)
    return Referrals(items=[to_contract(ReferralRecord(*row), today) for row in rows], next_cursor=next_cursor)


async def count(db: ReadSession, who: Identity, zone: ZoneInfo) -> ReferralCounts:
    """Return the number of the doctor's overdue referrals."""

    def overdue(direction: Direction) -> Any:
        return select(func.count()).where(is_own(who, direction), is_overdue(_today(zone))).scalar_subquery()

    query: Select[*tuple[Any, ...]] = select(overdue(Direction.SENT), overdue(Direction.RECEIVED))
    sent, received = (await db.execute(query)).one()
    return ReferralCounts(overdue_sent=sent, overdue_received=received)


async def of_patient(db: ReadSession, who: Identity, patient_id: int, zone: ZoneInfo) -> list[Referral]:
    """Return all referrals of a patient in the doctor's care, newest first."""
    today = _today(zone)
    rows = await _OF_PATIENT.typed(db, **care_parameters(who, patient_id))
    return [to_contract(ReferralRecord(*row), today) for row in rows]


async def lock_for_update(db: AnySession, who: Identity, referral_id: int) -> ReferralRow:
    """Return a referral that the doctor sent or received, locked. Raise NotFound."""
    query = select(ReferralRow).where(col(ReferralRow.id) == referral_id, is_own(who))
    return await one_or_404(db, query.with_for_update())


async def status_of(db: AnySession, row: ReferralRow) -> ReferralStatus:
    """Return the status of a referral that was found before, as its readers see it."""
    query = select(shown_status()).where(col(ReferralRow.id) == row.id, col(ReferralRow.patient_id) == row.patient_id)
    return ReferralStatus((await db.execute(query)).scalar_one())


async def check_target(db: AnySession, who: Identity, to_doctor_id: int | None) -> None:
    """Raise NotFound unless the id is that of a doctor with an active account, and Malformed for the sender's own id."""
    if to_doctor_id == who.id:
        raise malformed([{"loc": ("body", "to_doctor_id"), "msg": "name another doctor than yourself"}])
    doctor = select(col(AccountRow.id)).where(col(AccountRow.id) == to_doctor_id, col(AccountRow.role) == Role.DOCTOR.value)
    doctor = doctor.where(col(AccountRow.active))
    if to_doctor_id is not None and (await db.execute(doctor)).first() is None:
        raise NotFound(NOTHING_HERE)


async def add(db: WriteSession, who: Identity, body: Refer, enclosed: EnclosedChart | None, zone: ZoneInfo) -> Referral:
    """Insert a referral by the doctor."""
    row = ReferralRow(
        reference=new_reference("RF"),
        patient_id=body.patient_id,
        from_doctor_id=who.id,
        to_doctor_id=body.to_doctor_id,
        to_specialty=body.to_specialty,
        to_external=body.to_external,
        reason=body.reason,
        urgency=body.urgency.value,
        due_on=body.due_on,
        enclosed=None if enclosed is None else enclosed.model_dump(mode="json"),
        created_at=now(),
        emergency=await is_emergency_only(db, who, body.patient_id),
    )
    db.add(row)
    await db.flush()
    await tell_of_referral(db, row)
    return await _answer(db, who, row, zone)


async def change(
    db: WriteSession, who: Identity, row: ReferralRow, present: ReferralStatus, body: UpdateReferral, zone: ZoneInfo
) -> Referral:
    """Set status and note, as the next version if they differ. A doctor that accepts has the patient in care from then on.

    `present` is the status that readers see; the one that a visit makes of it is not stored. Raise EmergencyOnly where the
    sender does the receiver's work, and accepting would make care of an emergency access.
    """
    if body.status is not present or body.note not in (None, row.note):
        if body.status is ReferralStatus.ACCEPTED and row.status == ReferralStatus.SENT.value:
            if row.from_doctor_id == who.id:
                await check_standing_care(db, who, row.patient_id)
            row.accepted_by_id = who.id
        row.status = row.status if body.status is present else body.status.value
        row.note = row.note if body.note is None else body.note
        row.version += 1
        await db.flush()
    return await _answer(db, who, row, zone)


async def _answer(db: AnySession, who: Identity, row: ReferralRow, zone: ZoneInfo) -> Referral:
    assert row.id is not None
    return Referral(**dict(await find(db, who, row.id, zone)))


def _conditions(wanted: ReferredFilter, today: date) -> list[ColumnElement[bool]]:
    conditions = []
    if wanted.open is not None:
        is_open = is_any_of(OPEN[wanted.direction])
        conditions.append(is_open if wanted.open else ~is_open)
    if wanted.overdue:
        conditions.append(is_overdue(today))
    return conditions


def _today(zone: ZoneInfo) -> date:
    return local_date(now(), zone)
