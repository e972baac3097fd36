"""Transitions of a laboratory booking, from booked to verified, and the role that takes each."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import NamedTuple

from careplus_clinic.transitions import Transitions, illegal_transition
from careplus_contracts.endpoints import Role
from careplus_contracts.labs import LabBookingStatus
from careplus_contracts.refusals import FieldError, Malformed
from careplus_contracts.results import ResultStatus

S = LabBookingStatus

REACHED_BY: dict[Role, tuple[LabBookingStatus, ...]] = {
    Role.LAB: (S.COLLECTED, S.RECEIVED, S.IN_PROGRESS, S.REJECTED, S.CANCELLED),
    Role.PATIENT: (S.CANCELLED,),
    Role.DOCTOR: (S.CANCELLED,),
}
"""Statuses that each role sets. `resulted` and `verified` follow from the results."""
UNCOLLECTED = (S.BOOKED, S.REJECTED)
"""While a booking has one of these, it can be withdrawn, and closes by itself after a time."""
NEEDS_WORK = (S.BOOKED, S.COLLECTED, S.RECEIVED, S.REJECTED, S.IN_PROGRESS, S.RESULTED)


def _detail(current: S, wanted: S, _: tuple[S, ...]) -> str:
    return f"A booking that is {current.value} cannot become {wanted.value} this way."


TRANSITIONS: Transitions[S] = Transitions(
    {
        S.BOOKED: (S.COLLECTED, S.CANCELLED),
        S.COLLECTED: (S.RECEIVED, S.REJECTED),
        S.RECEIVED: (S.IN_PROGRESS, S.REJECTED),
        S.REJECTED: (S.COLLECTED, S.CANCELLED),
        S.IN_PROGRESS: (S.RESULTED, S.REJECTED),
        S.RESULTED: (S.VERIFIED, S.REJECTED),
        # a correction waits for a second person
        S.VERIFIED: (S.RESULTED,),
        S.CANCELLED: (),
    },
    _detail,
)


def transitions_of(role: Role) -> Transitions[S]:
    """Return the transitions that a role may take; none for other roles."""
    return TRANSITIONS.restricted(lambda _, wanted: wanted in REACHED_BY.get(role, ()))


LAB_TRANSITIONS, PATIENT_TRANSITIONS = transitions_of(Role.LAB), transitions_of(Role.PATIENT)
DOCTOR_TRANSITIONS = transitions_of(Role.DOCTOR)
NEED_REASON = {S.REJECTED: "say why the specimen is rejected", S.CANCELLED: "say why the booking is withdrawn"}


class Patience(NamedTuple):
    """How long a booking waits for its specimen: after its booked time, and after the order where it has no time."""

    after_booked: timedelta
    after_ordered: timedelta


def check_reason(wanted: LabBookingStatus, reason: str | None) -> None:
    """Raise Malformed where the laboratory rejects a specimen or withdraws a booking without a reason."""
    if wanted in NEED_REASON and not (reason or "").strip():
        message = NEED_REASON[wanted]
        raise Malformed(message, errors=[FieldError(field="body.reason", message=message)])


def check_changeable(current: LabBookingStatus, collected_at: datetime | None) -> None:
    """Raise IllegalTransition unless the order can still change: no specimen is collected yet, and it is not withdrawn."""
    if current is S.BOOKED and collected_at is None:
        return
    state = "a specimen is collected" if current is S.BOOKED else f"it is {current.value}"
    remedy = "Order the further tests anew." if current is S.CANCELLED else "Order further tests anew, or call the laboratory."
    detail = f"An order can change until a specimen is collected; {state}. {remedy}"
    raise illegal_transition(current, DOCTOR_TRANSITIONS.legal(current), detail)


def status_after_results(current: LabBookingStatus, results: Collection[ResultStatus | None]) -> LabBookingStatus:
    """Return the status that follows from the results, one for each test; None stands for a result not yet entered."""
    if not results or all(result is None for result in results):
        return current
    if any(result is None for result in results):
        return S.IN_PROGRESS
    return S.RESULTED if ResultStatus.RESULTED in results else S.VERIFIED
