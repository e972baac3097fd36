"""What may become of a laboratory booking, and who may say so."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from careplus_contracts.endpoints import Role
from careplus_contracts.labs import LabBookingStatus as S
from careplus_contracts.refusals import IllegalTransition, Malformed
from careplus_contracts.results import ResultStatus
from careplus_labs.rules import bookings

LAB_MAY = {
    (S.BOOKED, S.COLLECTED),
    (S.COLLECTED, S.RECEIVED),
    (S.COLLECTED, S.REJECTED),
    (S.RECEIVED, S.IN_PROGRESS),
    (S.RECEIVED, S.REJECTED),
    (S.IN_PROGRESS, S.REJECTED),
    (S.REJECTED, S.COLLECTED),
}
PATIENT_MAY = {(S.BOOKED, S.CANCELLED), (S.REJECTED, S.CANCELLED)}


@pytest.mark.parametrize(("role", "may"), [(Role.LAB, LAB_MAY), (Role.PATIENT, PATIENT_MAY), (Role.DOCTOR, set())])
def test_who_takes_a_booking_where(role: Role, may: set[tuple[S, S]]) -> None:
    for current, wanted in itertools.product(S, S):
        if current is wanted or (current, wanted) in may:
            bookings.check_transition(current, wanted, role)
            continue
        with pytest.raises(IllegalTransition) as refused:
            bookings.check_transition(current, wanted, role)
        assert refused.value.extras["current"] == current.value
        assert {(current, S(status)) for status in refused.value.extras["legal"]} == {pair for pair in may if pair[0] is current}


def test_every_status_has_its_line_and_can_be_reached() -> None:
    assert bookings.TRANSITIONS.keys() == set(S)
    assert {S.BOOKED, *itertools.chain.from_iterable(bookings.TRANSITIONS.values())} == set(S)


@pytest.mark.parametrize("reason", [None, "", "  \n"])
def test_a_rejection_needs_a_reason(reason: str | None) -> None:
    with pytest.raises(Malformed) as refused:
        bookings.check_reason(S.REJECTED, reason)
    assert refused.value.extras["errors"][0].field == "body.reason"
    bookings.check_reason(S.COLLECTED, reason)
    bookings.check_reason(S.REJECTED, "clotted")


def test_values_are_entered_at_the_bench() -> None:
    for status in S:
        if status in (S.RECEIVED, S.IN_PROGRESS, S.RESULTED):
            bookings.check_at_the_bench(status)
            continue
        with pytest.raises(IllegalTransition):
            bookings.check_at_the_bench(status)


@pytest.mark.parametrize(
    ("results", "status"),
    [
        ([None, None], S.RECEIVED),
        ([ResultStatus.RESULTED, None], S.IN_PROGRESS),
        ([ResultStatus.VERIFIED, None], S.IN_PROGRESS),
        ([ResultStatus.RESULTED, ResultStatus.VERIFIED], S.RESULTED),
        ([ResultStatus.RESULTED, ResultStatus.RESULTED], S.RESULTED),
        ([ResultStatus.VERIFIED, ResultStatus.RELEASED], S.VERIFIED),
        ([ResultStatus.RELEASED], S.VERIFIED),
    ],
)
def test_the_status_follows_from_the_results(results: list[ResultStatus | None], status: S) -> None:
    assert bookings.after_results(S.RECEIVED, results) is status


@given(st.sampled_from(bookings.AT_THE_BENCH), st.lists(st.none() | st.sampled_from(ResultStatus), min_size=1, max_size=5))
def test_what_follows_is_reached_by_legal_steps(current: S, results: list[ResultStatus | None]) -> None:
    missing = any(result is None for result in results)
    if current is S.RESULTED and missing:
        return
    reachable, latest = {current}, {current}
    while latest:
        latest = {after for status in latest for after in bookings.TRANSITIONS[status]} - reachable
        reachable |= latest
    assert bookings.after_results(current, results) in reachable
