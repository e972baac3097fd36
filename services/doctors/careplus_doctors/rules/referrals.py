"""Transitions of a referral, for its sender and its receiver."""

from collections.abc import Sequence
from enum import StrEnum
from functools import reduce

from careplus_clinic.transitions import Transitions
from careplus_contracts.referrals import Direction, ReferralStatus


class Party(StrEnum):
    """The part a doctor has in a referral."""

    SENDER = "sender"
    SENDER_OUTSIDE = "sender of a referral to somebody outside"
    RECEIVER = "receiver"


SENT, ACCEPTED, DECLINED = ReferralStatus.SENT, ReferralStatus.ACCEPTED, ReferralStatus.DECLINED
BOOKED, SEEN, CLOSED, CANCELLED = ReferralStatus.BOOKED, ReferralStatus.SEEN, ReferralStatus.CLOSED, ReferralStatus.CANCELLED
OPEN = {Direction.RECEIVED: (SENT, ACCEPTED, BOOKED), Direction.SENT: (SENT, ACCEPTED, BOOKED, SEEN, DECLINED)}
"""The statuses that wait for a step, for either side: the sender finds another doctor, or closes the referral."""


def _machine(acting: Party, following: dict[ReferralStatus, tuple[ReferralStatus, ...]]) -> Transitions[ReferralStatus]:
    def detail(current: ReferralStatus, wanted: ReferralStatus, _: tuple[ReferralStatus, ...]) -> str:
        return f"As its {acting.value} you cannot take a referral from {current.value} to {wanted.value}."

    return Transitions(following, detail)


TRANSITIONS: dict[Party, Transitions[ReferralStatus]] = {
    Party.RECEIVER: _machine(
        Party.RECEIVER,
        {
            SENT: (ACCEPTED, DECLINED),
            ACCEPTED: (BOOKED, SEEN, DECLINED),
            BOOKED: (SEEN,),
        },
    ),
    Party.SENDER: _machine(
        Party.SENDER,
        {
            SENT: (CANCELLED,),
            ACCEPTED: (CANCELLED,),
            BOOKED: (CANCELLED,),
            SEEN: (CLOSED,),
            DECLINED: (CLOSED,),
        },
    ),
    # the receiver outside has no account, so the sender enters their steps
    Party.SENDER_OUTSIDE: _machine(
        Party.SENDER_OUTSIDE,
        {
            SENT: (BOOKED, SEEN, CLOSED, CANCELLED),
            BOOKED: (SEEN, CLOSED, CANCELLED),
            SEEN: (CLOSED,),
        },
    ),
}


def parties(*, is_sender: bool, is_receiver: bool, is_outside: bool) -> list[Party]:
    """Return the parts of a doctor with access to the referral: both where the sender does the receiver's work, or reversed."""
    sender = Party.SENDER_OUTSIDE if is_outside else Party.SENDER
    return [*([sender] if is_sender else []), *([Party.RECEIVER] if is_receiver or not is_sender else [])]


def transitions(of: Sequence[Party]) -> Transitions[ReferralStatus]:
    """Return the state machine for a doctor that has these parts."""
    first, *others = of
    return reduce(lambda machine, other: machine.united(TRANSITIONS[other]), others, TRANSITIONS[first])
