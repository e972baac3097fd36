"""Transitions of a specimen, and the booking's status that follows from specimens and results."""

import itertools
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from careplus_contracts.labs import LabBookingStatus as B
from careplus_contracts.labs import SpecimenStatus as S
from careplus_contracts.refusals import IllegalTransition, Malformed
from careplus_contracts.results import ResultStatus as R
from careplus_labs.rules import specimens
from careplus_labs.rules.specimens import Live, booking_status
from careplus_labs.rules.worklist import Sought, read_search

MAY = {(S.EXPECTED, S.COLLECTED), (S.COLLECTED, S.RECEIVED), (S.COLLECTED, S.REJECTED), (S.RECEIVED, S.REJECTED)}
LIVE = st.builds(Live, st.sampled_from([S.EXPECTED, S.COLLECTED, S.RECEIVED]), st.booleans())


@pytest.mark.parametrize("booking", B)
def test_specimen_of_an_ended_booking_stays_as_it_is(booking: B) -> None:
    for current, wanted in itertools.product(S, S):
        if current is wanted or ((current, wanted) in MAY and booking not in specimens.ENDED):
            specimens.check_step(booking, current, wanted)
            continue
        with pytest.raises(IllegalTransition) as refused:
            specimens.check_step(booking, current, wanted)
        legal = set() if booking in specimens.ENDED else {after for before, after in MAY if before is current}
        assert {S(status) for status in refused.value.extras["legal"]} == legal


@pytest.mark.parametrize("reason", [None, "", "  \n"])
def test_specimen_is_rejected_with_a_reason_only(reason: str | None) -> None:
    with pytest.raises(Malformed) as refused:
        specimens.check_reason(S.REJECTED, reason)
    assert refused.value.extras["errors"][0].field == "body.reason"
    specimens.check_reason(S.REJECTED, "Clotted")
    specimens.check_reason(S.COLLECTED, reason)


def test_values_are_entered_once_their_specimen_is_received() -> None:
    for booking, specimen in itertools.product(B, S):
        if booking not in specimens.ENDED and specimen is S.RECEIVED:
            specimens.check_accepts_values(booking, specimen)
            continue
        with pytest.raises(IllegalTransition):
            specimens.check_accepts_values(booking, specimen)


@pytest.mark.parametrize(
    ("live", "results", "status"),
    [
        ([Live(S.EXPECTED, False)], [None], B.BOOKED),
        ([Live(S.COLLECTED, False), Live(S.EXPECTED, False)], [None, None], B.BOOKED),
        ([Live(S.COLLECTED, False), Live(S.RECEIVED, False)], [None, R.RESULTED], B.COLLECTED),
        ([Live(S.RECEIVED, False), Live(S.EXPECTED, True)], [R.VERIFIED, None], B.REJECTED),
        ([Live(S.RECEIVED, False), Live(S.COLLECTED, True)], [R.VERIFIED, None], B.COLLECTED),
        ([Live(S.RECEIVED, False), Live(S.RECEIVED, True)], [None, None], B.RECEIVED),
        ([Live(S.RECEIVED, False), Live(S.RECEIVED, True)], [R.VERIFIED, None], B.IN_PROGRESS),
        ([Live(S.RECEIVED, False)], [R.RESULTED], B.RESULTED),
        ([Live(S.RECEIVED, True)], [R.RELEASED], B.VERIFIED),
    ],
)
def test_booking_status_follows_from_specimens(live: list[Live], results: list[R | None], status: B) -> None:
    assert booking_status(B.REJECTED, live, results) is status


def test_started_booking_without_results_stays_started() -> None:
    assert booking_status(B.IN_PROGRESS, [Live(S.RECEIVED, False)], [None]) is B.IN_PROGRESS
    assert booking_status(B.IN_PROGRESS, [Live(S.EXPECTED, True)], [None]) is B.REJECTED


@given(st.lists(LIVE, min_size=1, max_size=4), st.lists(st.none() | st.sampled_from(R), min_size=1, max_size=4))
def test_cancelled_booking_stays_cancelled(live: list[Live], results: list[R | None]) -> None:
    assert booking_status(B.CANCELLED, live, results) is B.CANCELLED


def test_booking_with_a_measured_specimen_is_not_withdrawn() -> None:
    specimens.check_withdrawable(B.REJECTED, [B.COLLECTED, B.CANCELLED], is_measured=False)
    with pytest.raises(IllegalTransition) as refused:
        specimens.check_withdrawable(B.REJECTED, [B.COLLECTED, B.CANCELLED], is_measured=True)
    assert refused.value.extras["legal"] == ["collected"]


@pytest.mark.parametrize(
    ("typed", "sought"),
    [
        ("7k3m-9q2x-4", Sought("7K3M9Q2X4", None, None, "7k3m-9q2x-4")),
        ("lb 7k3m 9q2x", Sought(None, "LB-7K3M-9Q2X", None, "lb 7k3m 9q2x")),
        ("Moreno 1984-05-17", Sought(None, None, date(1984, 5, 17), "Moreno")),
        ("1984-02-30", Sought(None, None, None, "1984-02-30")),
        ("  ", Sought(None, None, None, "")),
    ],
)
def test_search_is_a_number_or_words_and_a_day(typed: str, sought: Sought) -> None:
    assert read_search(typed) == sought
