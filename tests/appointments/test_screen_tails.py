"""The ends of references on a screen, and the hours of a check-in."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from careplus_appointments.rules.check_in import open_span, state_of
from careplus_appointments.rules.screens import CALLED_FOR, shown_state, tails
from careplus_contracts.appointments import AppointmentStatus as S
from careplus_contracts.check_in import CheckInState
from careplus_contracts.screens import ShownState

BERLIN = ZoneInfo("Europe/Berlin")
START = datetime(2030, 1, 7, 9, tzinfo=UTC)


def test_tail_is_as_long_as_it_has_to_be() -> None:
    first, second, other = "PT-7K3M-9Q2X4", "PT-AAAA-AQ2X4", "PT-BBBB-BBBBB"
    assert tails([first]) == {first: "2X4"}
    assert tails([first, second, other]) == {first: "9Q2X4", second: "AQ2X4", other: "BBB"}
    assert tails([first, first]) == {first: "2X4"}
    assert tails([]) == {}


def test_tails_of_a_full_day_are_unambiguous() -> None:
    references = [f"PT-{number:04}-{number % 7}00X4" for number in range(2000)]
    found = tails(references)
    assert found.keys() == set(references)
    assert len(set(found.values())) == len(references)


@pytest.mark.parametrize(
    ("minutes", "state"),
    [(-61, "early"), (-60, "open"), (0, "open"), (15, "open"), (16, "late")],
)
def test_check_in_is_open_around_the_start(minutes: int, state: str) -> None:
    span = open_span(START, BERLIN)
    assert state_of(S.CONFIRMED, span, START + timedelta(minutes=minutes)) == CheckInState(state)
    assert state_of(S.ARRIVED, span, START + timedelta(minutes=minutes)) is CheckInState.ARRIVED


def test_check_in_begins_on_the_day_of_the_visit() -> None:
    midnight = datetime(2030, 1, 7, tzinfo=BERLIN)
    assert open_span(midnight + timedelta(minutes=20), BERLIN)[0] == midnight


def test_called_patient_leaves_the_screen_in_time() -> None:
    assert shown_state(S.ARRIVED, None, START) is ShownState.WAITING
    assert shown_state(S.IN_PROGRESS, START, START + CALLED_FOR - timedelta(seconds=1)) is ShownState.CALLED
    assert shown_state(S.IN_PROGRESS, START, START + CALLED_FOR) is None
    assert shown_state(S.IN_PROGRESS, None, START) is None
    assert shown_state(S.BOOKED, None, START) is None
