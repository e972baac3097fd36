"""Who may take a referral where."""

import pytest

from careplus_contracts.referrals import ReferralStatus
from careplus_contracts.refusals import IllegalTransition
from careplus_doctors.rules.referrals import TRANSITIONS, Party, check_transition, party


def test_every_step_in_the_table_is_taken_and_no_other() -> None:
    for acting in Party:
        for current in ReferralStatus:
            legal = TRANSITIONS[acting].get(current, ())
            for wanted in ReferralStatus:
                if wanted in (current, *legal):
                    check_transition(acting, current, wanted)
                else:
                    with pytest.raises(IllegalTransition) as refused:
                        check_transition(acting, current, wanted)
                    assert refused.value.extras == {"current": current.value, "legal": [status.value for status in legal]}


def test_closed_and_cancelled_are_the_end_for_everybody() -> None:
    for acting in Party:
        assert ReferralStatus.CLOSED not in TRANSITIONS[acting]
        assert ReferralStatus.CANCELLED not in TRANSITIONS[acting]


def test_nobody_undoes_and_every_status_is_reached() -> None:
    order = list(ReferralStatus)
    reached = {to for steps in TRANSITIONS.values() for legal in steps.values() for to in legal}
    assert reached == set(order) - {ReferralStatus.SENT}
    back = {
        (a, b) for steps in TRANSITIONS.values() for a, legal in steps.items() for b in legal if order.index(b) < order.index(a)
    }
    assert back == set()


@pytest.mark.parametrize(
    ("is_sender", "is_outside", "acting"),
    [(True, False, Party.SENDER), (True, True, Party.SENDER_OUTSIDE), (False, False, Party.RECEIVER)],
)
def test_what_a_doctor_is_to_a_referral(is_sender: bool, is_outside: bool, acting: Party) -> None:
    assert party(is_sender=is_sender, is_outside=is_outside) is acting
