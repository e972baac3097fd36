"""Statements about referrals."""

from typing import Any

from sqlalchemy import CTE, ColumnElement, Select, and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased
from sqlmodel import col

from careplus_contracts.charts import LONGEST_PART
from careplus_contracts.endpoints import Role
from careplus_contracts.referrals import Direction, Refer, Referral, Referrals, ReferralStatus, UpdateReferral, Urgency
from careplus_contracts.refusals import NotFound
from careplus_contracts.values import Person
from careplus_runtime.http.problems import NOTHING_HERE, malformed
from careplus_runtime.http.records import fetch_page, newest_first, one_or_404
from careplus_runtime.identity.care import patients_in_care
from careplus_runtime.identity.tokens import Identity
from careplus_runtime.process.clock import now
from careplus_tables.accounts import AccountRow
from careplus_tables.doctors import DoctorRow
from careplus_tables.people import doctor_name
from careplus_tables.references import new_reference
from careplus_tables.referrals import ReferralRow

# the doctor that accepts a referral to a specialty becomes its receiver
_TO_DOCTOR_ID = func.coalesce(col(ReferralRow.to_doctor_id), col(ReferralRow.accepted_by_id))

_REFERRAL: Select[*tuple[Any, ...]] = select(
    col(ReferralRow.id),
    col(ReferralRow.reference),
    col(ReferralRow.patient_id),
    col(AccountRow.full_name).label("patient_name"),
    col(ReferralRow.from_doctor_id),
    doctor_name(col(ReferralRow.from_doctor_id)).label("from_doctor_name"),
    _TO_DOCTOR_ID.label("to_doctor_id"),
    doctor_name(_TO_DOCTOR_ID).label("to_doctor_name"),
    col(ReferralRow.to_specialty),
    col(ReferralRow.to_external),
    col(ReferralRow.reason),
    col(ReferralRow.urgency),
    col(ReferralRow.due_on),
    col(ReferralRow.status),
    col(ReferralRow.note),
    col(ReferralRow.created_at),
    col(ReferralRow.version),
).join(AccountRow, col(AccountRow.id) == col(ReferralRow.patient_id))
_NEWEST_FIRST = newest_first(col(ReferralRow.id))


async def find(db: AsyncSession, who: Identity, referral_id: int) -> Referral:
    """Return a referral of the patient, or one that the doctor sent or received. Raise NotFound."""
    row = (await db.execute(_REFERRAL.where(col(ReferralRow.id) == referral_id, _is_own(who)))).first()
    if row is None:
        raise NotFound(NOTHING_HERE)
    return _to_contract(row)


async def list_own(
    db: AsyncSession,
    who: Identity,
    *,
    direction: Direction | None = None,
    status: ReferralStatus | None,
    limit: int,
    cursor: str | None,
) -> Referrals:
    """Return the patient's referrals, or the ones that the doctor sent or received, newest first."""
    query = _REFERRAL.where(_is_own(who, direction))
    if status is not None:
        query = query.where(col(ReferralRow.status) == status.value)
    rows, next_cursor = await fetch_page(db, query, _NEWEST_FIRST, limit, cursor)
    return Referrals(items=[_to_contract(row) for row in rows], next_cursor=next_cursor)


async def of_patient(db: AsyncSession, who: Identity, patient_id: int) -> list[Referral]:
    """Return all referrals of a patient in the doctor's care, newest first."""
    query = _REFERRAL.where(
        col(ReferralRow.patient_id) == patient_id, col(ReferralRow.patient_id).in_(patients_in_care(who, patient_id))
    )
    return [_to_contract(row) for row in await db.execute(query.order_by(col(ReferralRow.id).desc()).limit(LONGEST_PART))]


async def lock_for_update(db: AsyncSession, who: Identity, referral_id: int) -> ReferralRow:
    """Return a referral that the doctor sent or received, locked. Raise NotFound."""
    query = select(ReferralRow).where(col(ReferralRow.id) == referral_id, _is_own(who))
    return await one_or_404(db, query.with_for_update())


async def check_target(db: AsyncSession, who: Identity, to_doctor_id: int | None) -> None:
    """Raise NotFound unless the id is a doctor's, and Malformed for the sender's own id."""
    if to_doctor_id == who.id:
        raise malformed([{"loc": ("body", "to_doctor_id"), "msg": "name another doctor than yourself"}])
    doctor = select(col(AccountRow.id)).where(col(AccountRow.id) == to_doctor_id, col(AccountRow.role) == Role.DOCTOR.value)
    if to_doctor_id is not None and (await db.execute(doctor)).first() is None:
        raise NotFound(NOTHING_HERE)


async def add(db: AsyncSession, who: Identity, body: Refer) -> Referral:
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
        created_at=now(),
    )
    db.add(row)
    await db.flush()
    assert row.id is not None
    return await find(db, who, row.id)


async def change(db: AsyncSession, who: Identity, row: ReferralRow, body: UpdateReferral) -> Referral:
    """Set status and note, as the next version if they differ. A doctor that accepts has the patient in care from then on."""
    assert row.id is not None
    if body.status.value != row.status or body.note not in (None, row.note):
        if body.status is ReferralStatus.ACCEPTED and row.status == ReferralStatus.SENT.value:
            row.accepted_by_id = who.id
        row.status = body.status.value
        row.note = row.note if body.note is None else body.note
        row.version += 1
        await db.flush()
    return await find(db, who, row.id)


def _is_own(who: Identity, direction: Direction | None = None) -> ColumnElement[bool]:
    if who.role is not Role.DOCTOR:
        return col(ReferralRow.patient_id) == who.id
    sent = col(ReferralRow.from_doctor_id) == who.id
    received = or_(col(ReferralRow.to_doctor_id) == who.id, col(ReferralRow.accepted_by_id) == who.id, _open_to(who))
    return {Direction.SENT: sent, Direction.RECEIVED: received, None: or_(sent, received)}[direction]


def _open_to(who: Identity) -> ColumnElement[bool]:
    """Return the condition of referrals to the doctor's specialty that another doctor sent and none has accepted.

    Declined ones are included, so that the doctor that declined one can still read it.
    """
    specialty = select(func.lower(col(DoctorRow.specialty))).where(col(DoctorRow.id) == who.id).scalar_subquery()
    spelling = _spellings()
    return and_(
        col(ReferralRow.to_specialty).in_(select(spelling.c.text).where(func.lower(spelling.c.text) == specialty)),
        # coalesce keeps the planner off the index of accepted_by_id, where most values are null
        func.coalesce(col(ReferralRow.accepted_by_id), 0) == 0,
        col(ReferralRow.status).in_((ReferralStatus.SENT.value, ReferralStatus.DECLINED.value)),
        col(ReferralRow.from_doctor_id) != who.id,
    )


def _spellings() -> CTE:
    """Return every text in `to_specialty`, found by one index lookup each, because an index cannot answer `lower()`."""
    text = aliased(ReferralRow).to_specialty
    least = select(func.min(text).label("text")).execution_options(unowned="names of specialties, which are not personal data")
    spelling = least.cte("spellings", recursive=True)
    after_it = least.where(col(text) > spelling.c.text).scalar_subquery()
    return spelling.union(select(after_it).where(spelling.c.text.is_not(None)))


def _to_contract(row: Any) -> Referral:
    return Referral(
        id=row.id,
        reference=row.reference,
        patient=Person(id=row.patient_id, full_name=row.patient_name),
        from_doctor=Person(id=row.from_doctor_id, full_name=row.from_doctor_name),
        to_doctor=None if row.to_doctor_id is None else Person(id=row.to_doctor_id, full_name=row.to_doctor_name),
        to_specialty=row.to_specialty,
        to_external=row.to_external,
        reason=row.reason,
        urgency=Urgency(row.urgency),
        due_on=row.due_on,
        status=ReferralStatus(row.status),
        note=row.note,
        created_at=row.created_at,
        version=row.version,
    )
