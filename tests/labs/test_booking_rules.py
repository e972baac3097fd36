"""Transitions of a laboratory booking."""

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
    (S.RESULTED, S.REJECTED),
    (S.REJECTED, S.COLLECTED),
    (S.BOOKED, S.CANCELLED),
    (S.REJECTED, S.CANCELLED),
}
PATIENT_MAY = {(S.BOOKED, S.CANCELLED), (S.REJECTED, S.CANCELLED)}


@pytest.mark.parametrize(
    ("role", "may"), [(Role.LAB, LAB_MAY), (Role.PATIENT, PATIENT_MAY), (Role.DOCTOR, PATIENT_MAY), (Role.ADMIN, set())]
)
def test_each_role_takes_only_its_transitions(role: Role, may: set[tuple[S, S]]) -> None:
    machine = bookings.transitions_of(role)
    assert {(current, wanted) for current, legal in machine.following.items() for wanted in legal} == may
    for current, wanted in itertools.product(S, S):
        if current is wanted or (current, wanted) in may:
            machine.check(current, wanted)
            continue
        with pytest.raises(IllegalTransition, match=f"A booking that is {current.value} cannot become") as refused:
            machine.check(current, wanted)
        assert {(current, S(status)) for status in refused.value.extras["legal"]} == {pair for pair in may if pair[0] is current}


def test_transitions_name_and_reach_every_status() -> None:
    following = bookings.TRANSITIONS.following
    assert following.keys() == set(S)
    assert {S.BOOKED, *itertools.chain.from_iterable(following.values())} == set(S)


@pytest.mark.parametrize("reason", [None, "", "  \n"])
def test_rejection_without_reason_is_malformed(reason: str | None) -> None:
    with pytest.raises(Malformed) as refused:
        bookings.check_reason(S.REJECTED, reason)
    with pytest.raises(Malformed, match="withdrawn"):
        bookings.check_reason(S.CANCELLED, reason)
    assert refused.value.extras["errors"][0].field == "body.reason"
    bookings.check_reason(S.COLLECTED, reason)
    bookings.check_reason(S.REJECTED, "clotted")


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
def test_status_after_results_follows_from_each_result(results: list[ResultStatus | None], status: S) -> None:
    assert bookings.status_after_results(S.RECEIVED, results) is status


@given(
    st.sampled_from((S.RECEIVED, S.IN_PROGRESS, S.RESULTED)),
    st.lists(st.none() | st.sampled_from(ResultStatus), min_size=1, max_size=5),
)
def test_status_after_results_is_reached_by_legal_steps(current: S, results: list[ResultStatus | None]) -> None:
    missing = any(result is None for result in results)
    if current is S.RESULTED and missing:
        return
    reachable, latest = {current}, {current}
    while latest:
        latest = {after for status in latest for after in bookings.TRANSITIONS.legal(status)} - reachable
        reachable |= latest
    assert bookings.status_after_results(current, results) in reachable
