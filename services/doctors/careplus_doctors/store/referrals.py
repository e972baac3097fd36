"""Statements about referrals."""

from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import Select, func, select
from sqlmodel import col

from careplus_clinic.specialties import names_of
from careplus_contracts.charts import LONGEST_PART
from careplus_contracts.endpoints import Role
from careplus_contracts.referrals import (
    Direction,
    Refer,
    Referral,
    ReferralFilter,
    Referrals,
    ReferralStatus,
    ReferredFilter,
    UpdateReferral,
    Urgency,
)
from careplus_contracts.refusals import NotFound
from careplus_contracts.values import NamedPatient, Person
from careplus_doctors.store.referral_access import COLLEAGUE_ID, is_own, join_receiver
from careplus_runtime.http.problems import NOTHING_HERE, malformed
from careplus_runtime.http.records import fetch_page, newest_first, one_or_404
from careplus_runtime.identity.care import patients_in_care
from careplus_runtime.identity.tokens import Identity
from careplus_runtime.process.clock import now
from careplus_tables.accounts import AccountRow
from careplus_tables.engine import AnySession, ReadSession, WriteSession
from careplus_tables.people import doctor_name
from careplus_tables.references import new_reference
from careplus_tables.referrals import ReferralRow

# the doctor that accepts a referral to a specialty becomes its receiver
_TO_DOCTOR_ID = func.coalesce(col(ReferralRow.to_doctor_id), col(ReferralRow.accepted_by_id))


class _ReferralRecord(NamedTuple):
    """One row of `_REFERRAL`, in the order of its columns."""

    id: int
    reference: str
    patient_id: int
    patient_name: str
    date_of_birth: date | None
    from_doctor_id: int
    from_doctor_name: str
    to_doctor_id: int | None
    to_doctor_name: str | None
    colleague_id: int | None
    colleague_name: str | None
    to_specialty: str | None
    to_external: str | None
    reason: str
    urgency: str
    due_on: date | None
    status: str
    note: str | None
    created_at: datetime
    version: int


_REFERRAL: Select[*tuple[Any, ...]] = select(
    col(ReferralRow.id),
    col(ReferralRow.reference),
    col(ReferralRow.patient_id),
    col(AccountRow.full_name),
    col(AccountRow.date_of_birth),
    col(ReferralRow.from_doctor_id),
    doctor_name(col(ReferralRow.from_doctor_id)),
    _TO_DOCTOR_ID,
    doctor_name(_TO_DOCTOR_ID),
    COLLEAGUE_ID,
    doctor_name(COLLEAGUE_ID),
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
_REFERRAL = join_receiver(_REFERRAL)
_NEWEST_FIRST = newest_first(col(ReferralRow.id))


async def find(db: AnySession, who: Identity, referral_id: int) -> Referral:
    """Return a referral of the patient, or one that the doctor sent or received. Raise NotFound."""
    row = (await db.execute(_REFERRAL.where(col(ReferralRow.id) == referral_id, is_own(who)))).first()
    if row is None:
        raise NotFound(NOTHING_HERE)
    return _to_contract(_ReferralRecord(*row))


async def list_own(
    db: ReadSession, who: Identity, wanted: ReferredFilter | ReferralFilter, direction: Direction | None = None
) -> Referrals:
    """Return the patient's referrals, or the ones that the doctor sent or received, newest first."""
    query = _REFERRAL.where(is_own(who, direction))
    if wanted.status is not None:
        query = query.where(col(ReferralRow.status) == wanted.status.value)
    rows, next_cursor = await fetch_page(db, query, _NEWEST_FIRST, wanted)
    return Referrals(items=[_to_contract(_ReferralRecord(*row)) for row in rows], next_cursor=next_cursor)


async def of_patient(db: ReadSession, who: Identity, patient_id: int) -> list[Referral]:
    """Return all referrals of a patient in the doctor's care, newest first."""
    query = _REFERRAL.where(
        col(ReferralRow.patient_id) == patient_id, col(ReferralRow.patient_id).in_(patients_in_care(who, patient_id))
    )
    return [
        _to_contract(_ReferralRecord(*row))
        for row in await db.execute(query.order_by(col(ReferralRow.id).desc()).limit(LONGEST_PART))
    ]


async def lock_for_update(db: AnySession, who: Identity, referral_id: int) -> ReferralRow:
    """Return a referral that the doctor sent or received, locked. Raise NotFound."""
    query = select(ReferralRow).where(col(ReferralRow.id) == referral_id, is_own(who))
    return await one_or_404(db, query.with_for_update())


async def check_target(db: AnySession, who: Identity, to_doctor_id: int | None) -> None:
    """Raise NotFound unless the id is that of a doctor with an active account, and Malformed for the sender's own id."""
    if to_doctor_id == who.id:
        raise malformed([{"loc": ("body", "to_doctor_id"), "msg": "name another doctor than yourself"}])
    doctor = select(col(AccountRow.id)).where(col(AccountRow.id) == to_doctor_id, col(AccountRow.role) == Role.DOCTOR.value)
    doctor = doctor.where(col(AccountRow.active))
    if to_doctor_id is not None and (await db.execute(doctor)).first() is None:
        raise NotFound(NOTHING_HERE)


async def add(db: WriteSession, who: Identity, body: Refer) -> Referral:
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


async def change(db: WriteSession, who: Identity, row: ReferralRow, body: UpdateReferral) -> Referral:
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


def _to_contract(row: _ReferralRecord) -> Referral:
    to_doctor = None
    if row.to_doctor_id is not None and row.to_doctor_name is not None:
        to_doctor = Person(id=row.to_doctor_id, full_name=row.to_doctor_name)
    taken_over_by = None
    if row.colleague_id is not None and row.colleague_name is not None:
        taken_over_by = Person(id=row.colleague_id, full_name=row.colleague_name)
    return Referral(
        id=row.id,
        reference=row.reference,
        patient=NamedPatient(id=row.patient_id, full_name=row.patient_name, date_of_birth=row.date_of_birth),
        from_doctor=Person(id=row.from_doctor_id, full_name=row.from_doctor_name),
        to_doctor=to_doctor,
        taken_over_by=taken_over_by,
        to_specialty=row.to_specialty,
        to_specialty_names=names_of(row.to_specialty),
        to_external=row.to_external,
        reason=row.reason,
        urgency=Urgency(row.urgency),
        due_on=row.due_on,
        status=ReferralStatus(row.status),
        note=row.note,
        created_at=row.created_at,
        version=row.version,
    )
