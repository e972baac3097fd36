"""The care relationship: the patients that a doctor treats or has emergency access to."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import CompoundSelect, Select, and_, exists, select, union
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased
from sqlmodel import col

from careplus_contracts.appointments import AppointmentStatus
from careplus_contracts.endpoints import Role
from careplus_contracts.referrals import ReferralStatus
from careplus_contracts.refills import RefillStatus
from careplus_contracts.refusals import NotFound
from careplus_runtime.http.problems import NOTHING_HERE
from careplus_runtime.identity.tokens import Identity
from careplus_runtime.process.clock import now
from careplus_tables.accounts import AccountRow
from careplus_tables.appointments import AppointmentRow
from careplus_tables.charts import ChartAccessRow
from careplus_tables.colleagues import handed_to, is_or_is_done_by
from careplus_tables.handovers import HandoverRow
from careplus_tables.referrals import ReferralRow
from careplus_tables.refills import RefillRow

# aliases, so that a statement about visits or referrals can contain the select; made once, because aliased() costs more
_visit, _referral, _access = aliased(AppointmentRow), aliased(ReferralRow), aliased(ChartAccessRow)
_refill = aliased(RefillRow)
ACCEPTED = tuple(status.value for status in (ReferralStatus.ACCEPTED, ReferralStatus.BOOKED, ReferralStatus.SEEN))


def patients_in_care(who: Identity, patient_id: int | None = None) -> CompoundSelect[Any]:
    """Return a select of the ids of patients in the doctor's care.

    They have a visit that is not cancelled, a referral that the doctor accepted, an open request for a refill that asks the
    doctor, or a chart that the doctor opened less than an hour ago. Patients of a doctor that left are in the care of the
    colleague that the handover names.
    `patient_id` restricts it to one patient. A new reason for access is one more select of this union.
    """
    visit, referral, access, refill = _visit, _referral, _access, _refill
    is_open = col(refill.status) == RefillStatus.OPEN.value
    kept, accepted = col(visit.status) != AppointmentStatus.CANCELLED.value, col(referral.status).in_(ACCEPTED)
    opened = select(col(access.patient_id)).where(col(access.doctor_id) == who.id, col(access.until) > now())
    selects = [
        select(col(visit.patient_id)).where(col(visit.doctor_id) == who.id, kept),
        select(col(referral.patient_id)).where(col(referral.accepted_by_id) == who.id, accepted),
        select(col(refill.patient_id)).where(col(refill.doctor_id) == who.id, is_open),
        opened,
        # apart from the others, so that each select has its index
        select(col(visit.patient_id)).where(col(visit.doctor_id).in_(handed_to(who.id)), kept),
        select(col(referral.patient_id)).where(col(referral.accepted_by_id).in_(handed_to(who.id)), accepted),
        select(col(refill.patient_id)).where(col(refill.doctor_id).in_(handed_to(who.id)), is_open),
    ]
    if patient_id is not None:
        selects = [one.where(one.selected_columns[0] == patient_id) for one in selects]
    return union(*selects)


def doctors_in_care(patient_ids: Collection[int] | Select[int]) -> Select[*tuple[int, int]]:
    """Return a select of pairs of a patient and a treating doctor with an active account.

    The other direction of `patients_in_care`; a new reason for access is one more select here too.
    """
    visit, referral, access, handover, refill = (
        *(aliased(AppointmentRow), aliased(ReferralRow), aliased(ChartAccessRow), aliased(HandoverRow), aliased(RefillRow)),
    )
    asked = (col(refill.patient_id).in_(patient_ids), col(refill.status) == RefillStatus.OPEN.value)
    kept, accepted = col(visit.status) != AppointmentStatus.CANCELLED.value, col(referral.status).in_(ACCEPTED)
    visited, referred = col(visit.patient_id).in_(patient_ids), col(referral.patient_id).in_(patient_ids)
    opened = select(col(access.patient_id), col(access.doctor_id)).where(
        col(access.patient_id).in_(patient_ids), col(access.until) > now()
    )
    found = union(
        select(col(visit.patient_id), col(visit.doctor_id)).where(visited, kept),
        select(col(referral.patient_id), col(referral.accepted_by_id)).where(referred, accepted),
        opened,
        select(col(visit.patient_id), col(handover.colleague_id))
        .join(handover, col(handover.doctor_id) == col(visit.doctor_id))
        .where(visited, kept),
        select(col(referral.patient_id), col(handover.colleague_id))
        .join(handover, col(handover.doctor_id) == col(referral.accepted_by_id))
        .where(referred, accepted),
        select(col(refill.patient_id), col(refill.doctor_id)).where(*asked),
        select(col(refill.patient_id), col(handover.colleague_id))
        .join(handover, col(handover.doctor_id) == col(refill.doctor_id))
        .where(*asked),
    ).subquery()
    patient_id, doctor_id = found.columns
    can_act = (col(AccountRow.active), col(AccountRow.role) == Role.DOCTOR.value)
    return select(patient_id, doctor_id).join(AccountRow, col(AccountRow.id) == doctor_id).where(*can_act)


async def check_in_care(db: AsyncSession, who: Identity, patient_id: int, appointment_id: int | None = None) -> None:
    """Raise NotFound unless the patient is in the doctor's care and the appointment, if any, is their visit to this doctor.

    A visit to a doctor that this doctor replaces is one to this doctor.
    """
    patient = select(col(AccountRow.id)).where(
        col(AccountRow.id) == patient_id,
        col(AccountRow.role) == Role.PATIENT.value,
        col(AccountRow.id).in_(patients_in_care(who, patient_id)),
    )
    if appointment_id is not None:
        is_own = is_or_is_done_by(col(AppointmentRow.doctor_id), who.id)
        theirs = and_(col(AppointmentRow.patient_id) == patient_id, is_own)
        patient = patient.where(exists().where(theirs, col(AppointmentRow.id) == appointment_id))
    if (await db.execute(patient)).first() is None:
        raise NotFound(NOTHING_HERE)
