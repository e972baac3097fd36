"""The state machine that visits, referrals and laboratory bookings share."""

from enum import StrEnum

import pytest

from careplus_clinic.transitions import Transitions, illegal_transition
from careplus_contracts.refusals import IllegalTransition


class Door(StrEnum):
    OPEN = "open"
    CLOSED = "closed"
    LOCKED = "locked"
    SOLD = "sold"


DOOR: Transitions[Door] = Transitions(
    {Door.OPEN: (Door.CLOSED,), Door.CLOSED: (Door.OPEN, Door.LOCKED, Door.SOLD), Door.LOCKED: (Door.CLOSED,)},
    lambda current, wanted, legal: f"{current} to {wanted}, not one of {', '.join(legal)}",
)


@pytest.mark.parametrize("current", list(Door))
@pytest.mark.parametrize("wanted", list(Door))
def test_check_refuses_all_but_legal_and_same_status(current: Door, wanted: Door) -> None:
    legal = DOOR.legal(current)
    if wanted is current or wanted in legal:
        DOOR.check(current, wanted)
        return
    with pytest.raises(IllegalTransition) as refused:
        DOOR.check(current, wanted)
    assert refused.value.extras == {"current": current.value, "legal": [status.value for status in legal]}
    assert refused.value.detail == f"{current} to {wanted}, not one of {', '.join(legal)}"


def test_legal_of_final_status_is_empty() -> None:
    assert DOOR.legal(Door.SOLD) == ()


def test_restricted_keeps_allowed_transitions_in_order() -> None:
    handle = DOOR.restricted(lambda current, wanted: Door.LOCKED not in (current, wanted))
    assert handle.following == {Door.OPEN: (Door.CLOSED,), Door.CLOSED: (Door.OPEN, Door.SOLD), Door.LOCKED: ()}
    assert handle.detail is DOOR.detail


def test_illegal_transition_names_values() -> None:
    refusal = illegal_transition(Door.OPEN, [Door.CLOSED], "It is open.")
    assert (refusal.detail, refusal.extras) == ("It is open.", {"current": "open", "legal": ["closed"]})
