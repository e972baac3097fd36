"""Open work of doctors: counted by kind, and the patients that it concerns."""

from collections import Counter
from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from careplus_clinic.clinic_time import local_date
from careplus_contracts.appointments import AppointmentStatus
from careplus_contracts.handovers import OpenWork
from careplus_contracts.labs import LabBookingStatus
from careplus_contracts.notes import NotesStatus
from careplus_contracts.prescriptions import PrescriptionStatus
from careplus_contracts.referrals import ReferralStatus
from careplus_contracts.results import ResultStatus
from careplus_tables.appointments import FREE_FOR_PATIENT, AppointmentRow
from careplus_tables.labs import LabBookingRow, LabResultRow
from careplus_tables.notes import NotesRow
from careplus_tables.prescriptions import PrescriptionRow, status_on
from careplus_tables.referral_status import UNANSWERED, is_any_of
from careplus_tables.referrals import ReferralRow
from careplus_tables.refills import IS_OPEN, RefillRow

ENDED_VISITS = (AppointmentStatus.COMPLETED, *FREE_FOR_PATIENT)
ENDED_ORDERS = (LabBookingStatus.VERIFIED, LabBookingStatus.CANCELLED)
ENDED_REFERRALS = (ReferralStatus.CLOSED, ReferralStatus.CANCELLED)


class _Kind(NamedTuple):
    """The patient's column of a kind of work, the doctor that has it, the columns that name one, and the conditions."""

    patient_id: Any
    doctor_id: Any
    doctors: tuple[Any, ...]
    conditions: tuple[sa.ColumnElement[bool], ...]

    def where(self, of: Any) -> sa.ColumnElement[bool]:
        """Return the condition of open work of these doctors."""
        # each column by itself, because an index cannot answer coalesce
        return sa.and_(sa.or_(*(column.in_(of) for column in self.doctors)), self.doctor_id.in_(of), *self.conditions)


async def count(db: AsyncSession, doctor_ids: Collection[int], at: datetime, zone: ZoneInfo) -> dict[int, OpenWork]:
    """Return the open work of each of these doctors."""
    kinds = _kinds(at, zone)
    counts: dict[int, dict[str, int]] = {id_: dict.fromkeys(kinds, 0) for id_ in doctor_ids}
    statements = [
        sa.select(sa.literal(name), kind.doctor_id, sa.func.count()).where(kind.where(list(doctor_ids))).group_by(kind.doctor_id)
        for name, kind in kinds.items()
    ]
    for name, doctor_id, number in await db.execute(sa.union_all(*statements)):
        counts[doctor_id][name] = number
    return {id_: _work(found) for id_, found in counts.items()}


def added(works: Iterable[OpenWork]) -> OpenWork:
    """Return the sum of several doctors' work."""
    total: Counter[str] = Counter()
    for work in works:
        total.update(work.model_dump(exclude={"total"}))
    return _work({name: total[name] for name in OpenWork.model_fields if name != "total"})


async def patients(db: AsyncSession, doctor_ids: Collection[int], at: datetime, zone: ZoneInfo) -> set[int]:
    """Return the ids of the patients with open work of these doctors."""
    statements = [sa.select(kind.patient_id).where(kind.where(list(doctor_ids))) for kind in _kinds(at, zone).values()]
    return set((await db.execute(sa.union(*statements))).scalars())


def doctors_with_work(of: Any, at: datetime, zone: ZoneInfo) -> sa.CompoundSelect[Any]:
    """Return a select of the doctors among these that have open work."""
    return sa.union(*(sa.select(kind.doctor_id).where(kind.where(of)) for kind in _kinds(at, zone).values()))


def _work(counts: dict[str, int]) -> OpenWork:
    return OpenWork(**counts, total=sum(counts.values()))


def _kinds(at: datetime, zone: ZoneInfo) -> dict[str, _Kind]:
    visit, notes, result, order = AppointmentRow, NotesRow, LabResultRow, LabBookingRow
    referral, prescription, refill = ReferralRow, PrescriptionRow, RefillRow
    accepted_by, sent_to = col(referral.accepted_by_id), col(referral.to_doctor_id)
    open_visit = (col(visit.ends_at) > at, _not_in(visit.status, ENDED_VISITS))
    draft = (col(notes.appointment_id) == col(visit.id), col(notes.status) == NotesStatus.DRAFT.value)
    verified = (col(result.booking_id) == col(order.id), col(result.status) == ResultStatus.VERIFIED.value)
    received = (is_any_of(UNANSWERED),)
    active = (status_on(local_date(at, zone)) == PrescriptionStatus.ACTIVE.value,)
    return {
        "upcoming_visits": _of(visit.patient_id, visit.doctor_id, open_visit),
        "unsigned_notes": _of(visit.patient_id, visit.doctor_id, draft),
        "results_to_release": _of(result.patient_id, order.ordered_by_id, verified),
        "lab_orders": _of(order.patient_id, order.ordered_by_id, (_not_in(order.status, ENDED_ORDERS),)),
        "referrals_received": _Kind(
            col(referral.patient_id), sa.func.coalesce(accepted_by, sent_to), (accepted_by, sent_to), received
        ),
        "referrals_sent": _of(referral.patient_id, referral.from_doctor_id, (sa.not_(is_any_of(ENDED_REFERRALS)),)),
        "active_prescriptions": _of(prescription.patient_id, prescription.doctor_id, active),
        "refills": _of(refill.patient_id, refill.doctor_id, (IS_OPEN,)),
    }


def _of(patient_id: Any, doctor_id: Any, conditions: tuple[sa.ColumnElement[bool], ...]) -> _Kind:
    return _Kind(patient_id, doctor_id, (doctor_id,), conditions)


def _not_in(column: Any, statuses: Iterable[Any]) -> sa.ColumnElement[bool]:
    result: sa.ColumnElement[bool] = column.not_in([status.value for status in statuses])
    return result
