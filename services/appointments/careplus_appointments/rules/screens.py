"""The entries of a screen: the ends of references, and for how long a called patient stays."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta

from careplus_contracts.appointments import AppointmentStatus
from careplus_contracts.screens import ShownState

SHORTEST_TAIL = 3
CALLED_FOR = timedelta(minutes=3)
"""A called patient stays on the screen for this time."""


def tails(references: Iterable[str]) -> dict[str, str]:
    """Return the end of each reference: three characters, or as many as no other reference of the day ends with."""
    codes = {reference: reference.partition("-")[2].replace("-", "") for reference in references}
    longest = max((len(code) for code in codes.values()), default=0)
    found: dict[str, str] = {}
    for length in range(SHORTEST_TAIL, longest + 1):
        times = Counter(code[-length:] for code in codes.values())
        found |= {
            reference: code[-length:]
            for reference, code in codes.items()
            if reference not in found and (times[code[-length:]] == 1 or length == longest)
        }
    return found


def shown_state(status: AppointmentStatus, started_at: datetime | None, now: datetime) -> ShownState | None:
    """Return the state in which a screen shows a visit of today; None: it does not."""
    if status is AppointmentStatus.ARRIVED:
        return ShownState.WAITING
    is_called = status is AppointmentStatus.IN_PROGRESS and started_at is not None and now - started_at < CALLED_FOR
    return ShownState.CALLED if is_called else None
