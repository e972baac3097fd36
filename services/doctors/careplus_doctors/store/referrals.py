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
from careplus_contracts.values import Id, Person
from careplus_doctors.store.people import doctor_name
from careplus_runtime.http.paging import after, page
from careplus_runtime.http.problems import NOTHING_HERE, malformed
from careplus_runtime.identity.care import patients_in_care
from careplus_runtime.identity.tokens import Identity
from careplus_runtime.process.clock import now
from careplus_tables.accounts import AccountRow
from careplus_tables.doctors import DoctorRow
from careplus_tables.references import new_reference
from careplus_tables.referrals import ReferralRow

# whoever accepted a referral to a specialty is the doctor it went to
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


async def find(db: AsyncSession, who: Identity, referral_id: int) -> Referral:
    """One of the patient's, or one that the doctor sent or received. Raises NotFound."""
    row = (await db.execute(_REFERRAL.where(col(ReferralRow.id) == referral_id, _own(who)))).first()
    if row is None:
        raise NotFound(NOTHING_HERE)
    return _shown(row)


async def list_own(
    db: AsyncSession,
    who: Identity,
    *,
    direction: Direction | None = None,
    status: ReferralStatus | None,
    limit: int,
    cursor: str | None,
) -> Referrals:
    """The patient's, or those that the doctor sent or received, newest first."""
    query = _REFERRAL.where(_own(who, direction))
    if status is not None:
        query = query.where(col(ReferralRow.status) == status.value)
    if (last := after(cursor, Id)) is not None:
        query = query.where(col(ReferralRow.id) < last)
    rows = (await db.execute(query.order_by(col(ReferralRow.id).desc()).limit(limit + 1))).all()
    found, next_cursor = page(rows, limit, lambda row: row.id)
    return Referrals(items=[_shown(row) for row in found], next_cursor=next_cursor)


async def of_patient(db: AsyncSession, who: Identity, patient_id: int) -> list[Referral]:
    """All those of a patient in the doctor's care, newest first."""
    query = _REFERRAL.where(
        col(ReferralRow.patient_id) == patient_id, col(ReferralRow.patient_id).in_(patients_in_care(who, patient_id))
    )
    return [_shown(row) for row in await db.execute(query.order_by(col(ReferralRow.id).desc()).limit(LONGEST_PART))]


async def hold(db: AsyncSession, who: Identity, referral_id: int) -> ReferralRow:
    """The row of a referral that the doctor sent or received, to be changed. Raises NotFound."""
    found = select(ReferralRow).where(col(ReferralRow.id) == referral_id, _own(who)).with_for_update()
    row = (await db.execute(found)).scalar_one_or_none()
    if row is None:
        raise NotFound(NOTHING_HERE)
    return row


async def check_target(db: AsyncSession, who: Identity, to_doctor_id: int | None) -> None:
    """Raise NotFound unless it is a doctor, and Malformed for oneself."""
    if to_doctor_id == who.id:
        raise malformed([{"loc": ("body", "to_doctor_id"), "msg": "name another doctor than yourself"}])
    doctor = select(col(AccountRow.id)).where(col(AccountRow.id) == to_doctor_id, col(AccountRow.role) == Role.DOCTOR.value)
    if to_doctor_id is not None and (await db.execute(doctor)).first() is None:
        raise NotFound(NOTHING_HERE)


async def add(db: AsyncSession, who: Identity, body: Refer) -> Referral:
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
    """Take it to the status; who accepts it has the patient in their care. Unchanged if nothing is new."""
    assert row.id is not None
    if body.status.value != row.status or body.note not in (None, row.note):
        if body.status is ReferralStatus.ACCEPTED and row.status == ReferralStatus.SENT.value:
            row.accepted_by_id = who.id
        row.status = body.status.value
        row.note = row.note if body.note is None else body.note
        row.version += 1
        await db.flush()
    return await find(db, who, row.id)


def _own(who: Identity, direction: Direction | None = None) -> ColumnElement[bool]:
    if who.role is not Role.DOCTOR:
        return col(ReferralRow.patient_id) == who.id
    sent = col(ReferralRow.from_doctor_id) == who.id
    received = or_(col(ReferralRow.to_doctor_id) == who.id, col(ReferralRow.accepted_by_id) == who.id, _open_to(who))
    return {Direction.SENT: sent, Direction.RECEIVED: received, None: or_(sent, received)}[direction]


def _open_to(who: Identity) -> ColumnElement[bool]:
    """Waits for one of the doctor's specialty, sent by somebody else; what was declined is still seen by who declined it."""
    specialty = select(func.lower(col(DoctorRow.specialty))).where(col(DoctorRow.id) == who.id).scalar_subquery()
    spelling = _spellings()
    return and_(
        col(ReferralRow.to_specialty).in_(select(spelling.c.text).where(func.lower(spelling.c.text) == specialty)),
        # written so that the index of those who accepted, in which most are null, is left alone
        func.coalesce(col(ReferralRow.accepted_by_id), 0) == 0,
        col(ReferralRow.status).in_((ReferralStatus.SENT.value, ReferralStatus.DECLINED.value)),
        col(ReferralRow.from_doctor_id) != who.id,
    )


def _spellings() -> CTE:
    """Every text that stands in `to_specialty`, one look into the index for each: an index cannot answer `lower()`."""
    text = aliased(ReferralRow).to_specialty
    least = select(func.min(text).label("text")).execution_options(cross_patient="names of specialties, of nobody in particular")
    spelling = least.cte("spellings", recursive=True)
    after_it = least.where(col(text) > spelling.c.text).scalar_subquery()
    return spelling.union(select(after_it).where(spelling.c.text.is_not(None)))


def _shown(row: Any) -> Referral:
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
