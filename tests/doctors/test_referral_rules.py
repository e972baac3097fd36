"""Transitions of a referral."""

import itertools

import pytest

from careplus_contracts.referrals import ReferralStatus
from careplus_contracts.refusals import IllegalTransition
from careplus_doctors.rules.referrals import TRANSITIONS, Party, parties


@pytest.mark.parametrize("acting", list(Party))
def test_refused_transition_names_party_and_legal_ones(acting: Party) -> None:
    for current, wanted in itertools.product(ReferralStatus, ReferralStatus):
        legal = TRANSITIONS[acting].legal(current)
        if wanted in (current, *legal):
            TRANSITIONS[acting].check(current, wanted)
            continue
        with pytest.raises(IllegalTransition, match=f"As its {acting.value} you cannot") as refused:
            TRANSITIONS[acting].check(current, wanted)
        assert refused.value.extras == {"current": current.value, "legal": [status.value for status in legal]}


@pytest.mark.parametrize("acting", list(Party))
def test_closed_and_cancelled_are_final(acting: Party) -> None:
    assert TRANSITIONS[acting].legal(ReferralStatus.CLOSED) == TRANSITIONS[acting].legal(ReferralStatus.CANCELLED) == ()


def test_transitions_lead_forward_and_reach_every_status() -> None:
    order = list(ReferralStatus)
    steps = {
        (current, wanted) for machine in TRANSITIONS.values() for current, legal in machine.following.items() for wanted in legal
    }
    assert {wanted for _, wanted in steps} == set(order) - {ReferralStatus.SENT}
    assert all(order.index(current) < order.index(wanted) for current, wanted in steps)


@pytest.mark.parametrize(
    ("is_sender", "is_outside", "acting"),
    [(True, False, Party.SENDER), (True, True, Party.SENDER_OUTSIDE), (False, False, Party.RECEIVER)],
)
def test_party_of_sender_and_receiver(is_sender: bool, is_outside: bool, acting: Party) -> None:
    assert parties(is_sender=is_sender, is_receiver=not is_sender, is_outside=is_outside) == [acting]
