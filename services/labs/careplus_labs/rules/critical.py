"""Rules of open critical results: the doctors that may answer, and the steps of the escalation."""

from collections.abc import Collection
from datetime import datetime, timedelta

from careplus_contracts.critical import BelongsToAnother, CriticalClosed, Escalation, NotCritical
from careplus_contracts.results import CriticalWaits
from careplus_contracts.values import Person


def escalation(since: datetime, at: datetime, delay: timedelta, *, is_ordered: bool, has_doctors: bool) -> Escalation:
    """Return the people that it belongs to at a time. Administrators come first where no doctor can act."""
    if at >= since + delay * (2 if has_doctors else 1):
        return Escalation.ADMINISTRATORS
    return Escalation.RESPONSIBLE if is_ordered and at < since + delay else Escalation.DOCTORS


def check_critical(since: datetime | None) -> datetime:
    """Return the time since which the result is critical. Raise NotCritical."""
    if since is None:
        raise NotCritical("No verified value of this result is critical, so there is no call to note.")
    return since


def check_open(closed_at: datetime | None, closed_by: Person | None) -> None:
    """Raise CriticalClosed where another person answered already."""
    if closed_at is not None:
        name = closed_by.full_name if closed_by else "Another person"
        raise CriticalClosed(f"{name} answered this result already. Read what was done before you do more.")


def check_may_act(doctor_id: int, acting: Collection[int], responsible: Collection[Person], yours_from: datetime) -> None:
    """Raise BelongsToAnother for a doctor that can read the result, but is not one of the acting ones."""
    if doctor_id not in acting:
        names = ", ".join(one.full_name for one in responsible)
        detail = f"This result belongs to {names}. Call that doctor; later you can acknowledge it yourself."
        raise BelongsToAnother(detail, responsible=list(responsible), yours_from=yours_from)


def check_releasable(is_open: bool) -> None:
    """Raise CriticalWaits while no doctor has acknowledged a critical value."""
    if is_open:
        raise CriticalWaits("Acknowledge this critical result with what was done, then release it.")
