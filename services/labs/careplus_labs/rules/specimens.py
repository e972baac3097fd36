"""Transitions of a specimen, and the status of a booking that follows from its specimens and results."""

from collections.abc import Collection
from typing import NamedTuple

from careplus_clinic.transitions import Transitions, illegal_transition
from careplus_contracts.labs import LabBookingStatus, SpecimenStatus
from careplus_contracts.refusals import FieldError, Malformed
from careplus_contracts.results import ResultStatus
from careplus_labs.rules.bookings import status_after_results

S = SpecimenStatus
B = LabBookingStatus

ENDED = (B.VERIFIED, B.CANCELLED)
"""While a booking has one of these, its specimens and values do not change."""
IN_LABORATORY = (S.COLLECTED, S.RECEIVED)
STEPS: dict[B, tuple[tuple[S, ...], S]] = {
    B.COLLECTED: ((S.EXPECTED,), S.COLLECTED),
    B.RECEIVED: ((S.COLLECTED,), S.RECEIVED),
    B.REJECTED: (IN_LABORATORY, S.REJECTED),
}
"""For a step of a whole booking: the statuses of the specimens that take it, and their next one."""


class Live(NamedTuple):
    """A specimen that is not rejected. `again`: it replaces a rejected one."""

    status: SpecimenStatus
    again: bool


def _detail(current: S, wanted: S, _: tuple[S, ...]) -> str:
    if current is S.REJECTED:
        return "A rejected specimen stays rejected; another one with its own accession number is expected instead."
    return f"A specimen that is {current.value} cannot become {wanted.value}."


TRANSITIONS: Transitions[S] = Transitions(
    {
        S.EXPECTED: (S.COLLECTED,),
        S.COLLECTED: (S.RECEIVED, S.REJECTED),
        S.RECEIVED: (S.REJECTED,),
        S.REJECTED: (),
    },
    _detail,
)


def check_step(booking: LabBookingStatus, current: SpecimenStatus, wanted: SpecimenStatus) -> None:
    """Raise IllegalTransition unless a specimen of a booking in this status may take the step, or has taken it."""
    if wanted != current and booking in ENDED:
        raise illegal_transition(current, (), f"The booking is {booking.value}; its specimens do not change any more.")
    TRANSITIONS.check(current, wanted)


def check_reason(wanted: SpecimenStatus, reason: str | None) -> None:
    """Raise Malformed where a specimen is rejected without a reason."""
    if wanted is S.REJECTED and not (reason or "").strip():
        message = "say why the specimen is rejected"
        raise Malformed(message, errors=[FieldError(field="body.reason", message=message)])


def check_rejectable(current: SpecimenStatus | LabBookingStatus, is_verified: bool) -> None:
    """Raise IllegalTransition where all results of the specimen are verified: they stay, so no other specimen is needed."""
    if is_verified:
        raise illegal_transition(current, (), "Its results are verified, so it cannot be rejected any more.")


def check_accepts_values(booking: LabBookingStatus, specimen: SpecimenStatus | None) -> None:
    """Raise IllegalTransition unless values of a test of this specimen can be entered."""
    if booking in ENDED:
        raise illegal_transition(booking, (), f"It is {booking.value}; its values do not change any more.")
    if specimen is not None and specimen is not S.RECEIVED:
        detail = f"Its specimen is {specimen.value}; values can be entered once it has been received."
        raise illegal_transition(specimen, TRANSITIONS.legal(specimen), detail)


def check_withdrawable(booking: LabBookingStatus, legal: Collection[LabBookingStatus], is_measured: bool) -> None:
    """Raise IllegalTransition where a specimen of the booking is in the laboratory and not verified."""
    if is_measured:
        detail = "One of its specimens is in the laboratory. Withdraw the rest once that one is verified or rejected."
        raise illegal_transition(booking, [one for one in legal if one is not B.CANCELLED], detail)


def booking_status(current: B, live: Collection[Live], results: Collection[ResultStatus | None]) -> B:
    """Return the status that follows from the specimens, one for each type, and from the results, one for each test."""
    statuses = {one.status for one in live}
    if current is B.CANCELLED:
        return current
    if Live(S.EXPECTED, again=True) in live:
        return B.REJECTED
    if S.EXPECTED in statuses:
        return B.BOOKED
    if S.COLLECTED in statuses:
        return B.COLLECTED
    return status_after_results(B.IN_PROGRESS if current is B.IN_PROGRESS else B.RECEIVED, results)
