"""Which notices are still true when they are due, and the page that each mail links to."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import Select, select
from sqlmodel import col

from careplus_contracts.appointments import AppointmentStatus
from careplus_contracts.approvals import ApprovalState
from careplus_contracts.endpoints import Role
from careplus_contracts.notices import NoticeKind
from careplus_contracts.referrals import ReferralStatus
from careplus_contracts.refills import RefillStatus
from careplus_contracts.results import ResultStatus
from careplus_runtime.identity.refills import CROSS_PATIENT, is_unowned, owners, present
from careplus_runtime.process.clock import now
from careplus_tables.appointments import AppointmentRow
from careplus_tables.approvals import AccountApprovalRow
from careplus_tables.labs import LabResultRow
from careplus_tables.notices import NoticeRow
from careplus_tables.referrals import ReferralRow
from careplus_tables.refills import IS_OPEN, RefillRow
from careplus_tables.waitlist import WaitlistOfferRow

EXPECTED = (AppointmentStatus.BOOKED.value, AppointmentStatus.CONFIRMED.value)
"""The patient is expected at the time of a visit with one of these."""
ANSWERED = tuple(one.value for one in (RefillStatus.PRESCRIBED, RefillStatus.DECLINED, RefillStatus.VISIT_NEEDED))


class Rule(NamedTuple):
    """The recipient's role, the page of the mail's link, and a statement that finds a row while the notice is true.

    The page is a start page or a list, because the address of a record would tell more than the mail; mails about visits link to
    the visit.
    """

    role: Role
    page: str
    true_while_found: Callable[[NoticeRow, ZoneInfo], Select[Any]]


def _answered(notice: NoticeRow, _: ZoneInfo) -> Select[Any]:
    is_patient = col(RefillRow.patient_id) == notice.account_id
    return select(col(RefillRow.id)).where(is_patient, col(RefillRow.id) == notice.record_id, col(RefillRow.status).in_(ANSWERED))


def _waits(notice: NoticeRow, zone: ZoneInfo) -> Select[Any]:
    # requests before this one have notices of their own
    refill_id, doctor_id = owners(present(zone)).columns
    return select(refill_id).where(doctor_id == notice.account_id, refill_id >= notice.record_id)


def _is_unowned(notice: NoticeRow, zone: ZoneInfo) -> Select[Any]:
    query = select(col(RefillRow.id)).where(IS_OPEN, col(RefillRow.id) >= notice.record_id, is_unowned(present(zone)))
    return query.execution_options(cross_patient=CROSS_PATIENT)


def _approval_waits(notice: NoticeRow, _: ZoneInfo) -> Select[Any]:
    row = AccountApprovalRow
    is_waiting = col(row.state) == ApprovalState.WAITING.value
    return select(col(row.id)).where(col(row.id) == notice.record_id, is_waiting, col(row.asked_by_id) != notice.account_id)


def _visit_ahead(notice: NoticeRow, _: ZoneInfo) -> Select[Any]:
    row = AppointmentRow
    is_ahead = (col(row.starts_at) == notice.visit_at, col(row.starts_at) > now(), col(row.status).in_(EXPECTED))
    return _visit(notice).where(*is_ahead)


def _visit_cancelled(notice: NoticeRow, _: ZoneInfo) -> Select[Any]:
    row = AppointmentRow
    return _visit(notice).where(col(row.status) == AppointmentStatus.CANCELLED.value, col(row.ends_at) > now())


def _is_offered(notice: NoticeRow, _: ZoneInfo) -> Select[Any]:
    offer = WaitlistOfferRow
    held = select(col(offer.appointment_id)).where(
        col(offer.appointment_id) == notice.record_id, col(offer.offered_until) > now()
    )
    is_open = (col(AppointmentRow.status) == AppointmentStatus.OFFERED.value, col(AppointmentRow.id).in_(held))
    return _visit(notice).where(*is_open)


def _referred(notice: NoticeRow, _: ZoneInfo) -> Select[Any]:
    is_patient = col(ReferralRow.patient_id) == notice.account_id
    is_open = col(ReferralRow.status) != ReferralStatus.CANCELLED.value
    return select(col(ReferralRow.id)).where(is_patient, col(ReferralRow.id) == notice.record_id, is_open)


def _is_released(notice: NoticeRow, _: ZoneInfo) -> Select[Any]:
    is_patient = col(LabResultRow.patient_id) == notice.account_id
    is_released = col(LabResultRow.status) == ResultStatus.RELEASED.value
    return select(col(LabResultRow.id)).where(is_patient, col(LabResultRow.id) == notice.record_id, is_released)


def _visit(notice: NoticeRow) -> Select[Any]:
    row = AppointmentRow
    return select(col(row.id)).where(col(row.id) == notice.record_id, col(row.patient_id) == notice.account_id)


RULES: Mapping[NoticeKind, Rule] = {
    NoticeKind.REFILL_ANSWERED: Rule(Role.PATIENT, "/home", _answered),
    NoticeKind.REFILLS_WAIT: Rule(Role.DOCTOR, "/doctor", _waits),
    NoticeKind.REFILLS_UNOWNED: Rule(Role.ADMIN, "/admin", _is_unowned),
    NoticeKind.APPROVAL_WAITS: Rule(Role.ADMIN, "/admin", _approval_waits),
    NoticeKind.VISIT_BOOKED: Rule(Role.PATIENT, "/appointments", _visit_ahead),
    NoticeKind.VISIT_MOVED: Rule(Role.PATIENT, "/appointments", _visit_ahead),
    NoticeKind.VISIT_REASSIGNED: Rule(Role.PATIENT, "/appointments", _visit_ahead),
    NoticeKind.VISIT_CANCELLED: Rule(Role.PATIENT, "/appointments", _visit_cancelled),
    NoticeKind.VISIT_OFFERED: Rule(Role.PATIENT, "/home", _is_offered),
    NoticeKind.VISIT_REMINDER: Rule(Role.PATIENT, "/appointments", _visit_ahead),
    NoticeKind.REFERRAL_MADE: Rule(Role.PATIENT, "/referrals", _referred),
    NoticeKind.RESULT_RELEASED: Rule(Role.PATIENT, "/results", _is_released),
    NoticeKind.RESULT_CORRECTED: Rule(Role.PATIENT, "/results", _is_released),
}
