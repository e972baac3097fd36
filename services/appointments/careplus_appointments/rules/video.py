"""When the address of a video visit is shown."""

from datetime import datetime, timedelta

from careplus_contracts.appointments import AppointmentStatus
from careplus_contracts.video_visits import OPENS_MINUTES
from careplus_contracts.visit_types import CODE

OPENS = timedelta(minutes=OPENS_MINUTES)
S = AppointmentStatus
OPEN = (S.BOOKED, S.CONFIRMED, S.ARRIVED, S.IN_PROGRESS, S.COMPLETED)
"""A doctor may complete a visit before its end, while both still speak."""


def is_open(status: AppointmentStatus, starts_at: datetime, ends_at: datetime, now: datetime) -> bool:
    """Return whether the address of a video visit is shown now."""
    return status in OPEN and starts_at - OPENS <= now < ends_at


def address(template: str | None, code: str | None) -> str | None:
    return template.replace(CODE, code) if template is not None and code is not None else None
