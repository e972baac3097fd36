"""Who may take a referral from which status to which."""

from enum import StrEnum

from careplus_contracts.referrals import ReferralStatus
from careplus_contracts.refusals import IllegalTransition


class Party(StrEnum):
    """What a doctor is to a referral."""

    SENDER = "sender"
    SENDER_OUTSIDE = "sender of a referral to somebody outside"
    RECEIVER = "receiver"


SENT, ACCEPTED, DECLINED = ReferralStatus.SENT, ReferralStatus.ACCEPTED, ReferralStatus.DECLINED
BOOKED, SEEN, CLOSED, CANCELLED = ReferralStatus.BOOKED, ReferralStatus.SEEN, ReferralStatus.CLOSED, ReferralStatus.CANCELLED

TRANSITIONS: dict[Party, dict[ReferralStatus, tuple[ReferralStatus, ...]]] = {
    Party.RECEIVER: {
        SENT: (ACCEPTED, DECLINED),
        ACCEPTED: (BOOKED, SEEN, DECLINED),
        BOOKED: (SEEN,),
    },
    Party.SENDER: {
        SENT: (CANCELLED,),
        ACCEPTED: (CANCELLED,),
        BOOKED: (CANCELLED,),
        SEEN: (CLOSED,),
        DECLINED: (CLOSED,),
    },
    # nobody outside can tell us, so the sender does
    Party.SENDER_OUTSIDE: {
        SENT: (BOOKED, SEEN, CLOSED, CANCELLED),
        BOOKED: (SEEN, CLOSED, CANCELLED),
        SEEN: (CLOSED,),
    },
}


def party(*, is_sender: bool, is_outside: bool) -> Party:
    """What a doctor is who may see the referral."""
    if not is_sender:
        return Party.RECEIVER
    return Party.SENDER_OUTSIDE if is_outside else Party.SENDER


def check_transition(acting: Party, current: ReferralStatus, wanted: ReferralStatus) -> None:
    """Raise IllegalTransition with what would be legal for this party. Naming the current status is no transition."""
    legal = TRANSITIONS[acting].get(current, ())
    if wanted != current and wanted not in legal:
        raise IllegalTransition(
            f"As its {acting.value} you cannot take a referral from {current.value} to {wanted.value}.",
            current=current.value,
            legal=[status.value for status in legal],
        )
