"""The care relationship: the patients that a doctor treats or has emergency access to."""

from collections.abc import Collection
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, CompoundSelect, Select, and_, bindparam, func, select, union
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased
from sqlalchemy.sql.elements import BindParameter
from sqlmodel import col

from careplus_contracts.appointments import AppointmentStatus
from careplus_contracts.emergency import EmergencyOnly
from careplus_contracts.endpoints import Role
from careplus_contracts.referrals import ReferralStatus
from careplus_contracts.refills import RefillStatus
from careplus_contracts.refusals import NotFound
from careplus_runtime.http.problems import NOTHING_HERE
from careplus_runtime.identity.tokens import Identity
from careplus_runtime.process.clock import now
from careplus_runtime.process.settings import Settings
from careplus_tables.accounts import AccountRow
from careplus_tables.appointments import OFFERS, AppointmentRow
from careplus_tables.charts import ChartAccessRow
from careplus_tables.colleagues import handed_to, is_or_is_done_by
from careplus_tables.columns import InstantColumn
from careplus_tables.compiled import CompiledStatement, literal_limit
from careplus_tables.handovers import HandoverRow
from careplus_tables.referrals import ReferralRow
from careplus_tables.refills import RefillRow

# aliases, so that a statement about visits or referrals can contain the select; made once, because aliased() is slow
_visit, _referral, _access = aliased(AppointmentRow), aliased(ReferralRow), aliased(ChartAccessRow)
_refill = aliased(RefillRow)
NO_CARE = (AppointmentStatus.CANCELLED.value, *OFFERS)
DAYS_OF_MONTH = 30.4375
ACCEPTED = tuple(status.value for status in (ReferralStatus.ACCEPTED, ReferralStatus.BOOKED, ReferralStatus.SEEN))


@cache
def care_months() -> int:
    """Return for how many months after a visit its doctor still has the patient in care, from the process's settings."""
    return Settings().care_months


def care_since() -> datetime:
    """Return the instant after which a visit or referral makes care."""
    return now() - timedelta(days=care_months() * DAYS_OF_MONTH)


def _gives_care(visit: Any, since: Any) -> ColumnElement[bool]:
    """Return the condition of visits that make care: not cancelled, and not older than CAREPLUS_CARE_MONTHS."""
    return and_(col(visit.status).not_in(NO_CARE), col(visit.starts_at) > since)


def _is_accepted(referral: Any, since: Any) -> ColumnElement[bool]:
    """Return the condition of referrals that make care: accepted, and not sent before CAREPLUS_CARE_MONTHS ago."""
    return and_(col(referral.status).in_(ACCEPTED), col(referral.created_at) > since)


def patients_in_care(who: Identity, patient_id: int | None = None, *, emergency: bool = True) -> CompoundSelect[Any]:
    """Return a select of the ids of patients in the doctor's care; `emergency` adds patients with opened charts.

    They have a visit that is not cancelled and not older than the setting, a referral that the doctor accepted, an open
    request for a refill that asks the doctor, or a chart that the doctor opened less than an hour ago. Patients of a doctor that
    left are in the care of the colleague that the handover names.
    `patient_id` restricts it to one patient. To add a reason, add a select here and in doctors_in_care.
    """
    return _in_care(who.id, care_since(), now(), patient_id, emergency=emergency)


def _in_care(doctor: Any, since: Any, at: Any, patient: Any, *, emergency: bool) -> CompoundSelect[Any]:
    """Return the select of `patients_in_care`; its values may be parameters."""
    visit, referral, access, refill = _visit, _referral, _access, _refill
    is_open = col(refill.status) == RefillStatus.OPEN.value
    kept, accepted = _gives_care(visit, since), _is_accepted(referral, since)
    opened = select(col(access.patient_id)).where(col(access.doctor_id) == doctor, col(access.until) > at)
    # coalesce keeps SQLite off the index of the doctor's visits: a patient has few, and 2,000 of the doctor's took 1 ms
    visited = col(visit.doctor_id) if patient is None else func.coalesce(col(visit.doctor_id), 0)
    selects = [
        select(col(visit.patient_id)).where(visited == doctor, kept),
        select(col(referral.patient_id)).where(col(referral.accepted_by_id) == doctor, accepted),
        select(col(refill.patient_id)).where(col(refill.doctor_id) == doctor, is_open),
        *([opened] if emergency else []),
        # apart from the others, so that each select has its index
        select(col(visit.patient_id)).where(visited.in_(handed_to(doctor)), kept),
        select(col(referral.patient_id)).where(col(referral.accepted_by_id).in_(handed_to(doctor)), accepted),
        select(col(refill.patient_id)).where(col(refill.doctor_id).in_(handed_to(doctor)), is_open),
    ]
    if patient is not None:
        selects = [one.where(_names(one.selected_columns[0], patient)) for one in selects]
    return union(*selects)


def _names(column: Any, patient: Any) -> ColumnElement[bool]:
    is_list = isinstance(patient, BindParameter) and patient.expanding
    result: ColumnElement[bool] = column.in_(patient) if is_list else column == patient
    return result


_doctor, _patient = bindparam("care_doctor", type_=BigInteger()), bindparam("care_patient", type_=BigInteger())
_care_since, _care_at = (bindparam(name, type_=InstantColumn()) for name in ("care_since", "care_at"))
IN_CARE = _in_care(_doctor, _care_since, _care_at, None, emergency=True)
"""`patients_in_care` for a compiled statement, which takes `care_parameters`."""
ONE_IN_CARE = _in_care(_doctor, _care_since, _care_at, _patient, emergency=True)
"""The same for the one patient `care_patient`."""
SOME_IN_CARE = _in_care(
    *(_doctor, _care_since, _care_at), bindparam("care_patients", type_=BigInteger(), expanding=True), emergency=True
)
"""The same for the patients in the list `care_patients`."""


def care_parameters(who: Identity, patient_id: int | None = None) -> dict[str, Any]:
    """Return the parameters of IN_CARE; of ONE_IN_CARE with a patient."""
    given: dict[str, Any] = {"care_doctor": who.id, "care_since": care_since(), "care_at": now()}
    return given if patient_id is None else given | {"care_patient": patient_id}


# compiled, because most requests of doctors begin with it, and building it anew took three times its execution
_CHECK = CompiledStatement(
    select(col(AccountRow.id)).where(
        col(AccountRow.id) == _patient, col(AccountRow.role) == Role.PATIENT.value, col(AccountRow.id).in_(ONE_IN_CARE)
    )
)
_STANDING = CompiledStatement(_in_care(_doctor, _care_since, _care_at, _patient, emergency=False).limit(literal_limit(1)))


def doctors_in_care(patient_ids: Collection[int] | Select[int]) -> Select[*tuple[int, int]]:
    """Return a select of pairs of a patient and a treating doctor with an active account.

    The other direction of `patients_in_care`; a new reason for access is one more select here too.
    """
    visit, referral, access, handover, refill = (
        *(aliased(AppointmentRow), aliased(ReferralRow), aliased(ChartAccessRow), aliased(HandoverRow), aliased(RefillRow)),
    )
    asked = (col(refill.patient_id).in_(patient_ids), col(refill.status) == RefillStatus.OPEN.value)
    kept, accepted = _gives_care(visit, care_since()), _is_accepted(referral, care_since())
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
    if not await _CHECK.all(db, **care_parameters(who, patient_id)):
        raise NotFound(NOTHING_HERE)
    if appointment_id is not None:
        is_own = and_(is_or_is_done_by(col(AppointmentRow.doctor_id), who.id), col(AppointmentRow.status).not_in(OFFERS))
        visit = select(col(AppointmentRow.id)).where(
            col(AppointmentRow.id) == appointment_id, col(AppointmentRow.patient_id) == patient_id, is_own
        )
        if (await db.execute(visit)).first() is None:
            raise NotFound(NOTHING_HERE)


async def is_emergency_only(db: AsyncSession, who: Identity, patient_id: int) -> bool:
    """Return whether the doctor has no reason for care except an emergency access."""
    return not await _STANDING.all(db, **care_parameters(who, patient_id))


async def check_standing_care(db: AsyncSession, who: Identity, patient_id: int) -> None:
    """Raise EmergencyOnly where the doctor has the patient in care by an emergency access alone."""
    if await is_emergency_only(db, who, patient_id):
        raise EmergencyOnly("You opened this chart in an emergency only. Reception or the patient books the visit.")
