"""When the policy of a test releases a result without a doctor."""

from datetime import datetime, timedelta

from careplus_contracts.release_policy import ReleasePolicy


def is_due_at_verification(policy: ReleasePolicy, *, ordered: bool, critical: bool) -> bool:
    """Return whether a result is released when it is verified; a critical one never is, because a person tells it first.

    Without an ordering doctor `after_doctor` releases at once: no doctor has the result in the inbox.
    """
    return not critical and (policy is ReleasePolicy.AT_ONCE or (policy is ReleasePolicy.AFTER_DOCTOR and not ordered))


def verified_before(days: int, at: datetime) -> datetime:
    """Return the latest verification of a result that is due after this number of days."""
    return at - timedelta(days=days)
