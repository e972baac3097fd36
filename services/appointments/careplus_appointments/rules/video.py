"""When the address of a video visit is shown."""

from datetime import datetime, timedelta

from careplus_contracts.appointments import AppointmentStatus
from careplus_contracts.video_visits import OPENS_MINUTES, VideoRoom
from careplus_contracts.visit_types import CODE

OPENS = timedelta(minutes=OPENS_MINUTES)
S = AppointmentStatus
OPEN = (S.BOOKED, S.CONFIRMED, S.ARRIVED, S.IN_PROGRESS, S.COMPLETED)
"""A doctor may complete a visit before its end, while both still speak."""


def room(
    template: str | None, code: str | None, status: AppointmentStatus, starts_at: datetime, ends_at: datetime, now: datetime
) -> VideoRoom:
    """Return the room of a visit, with its address while it is open."""
    opens_at = starts_at - OPENS
    is_open = status in OPEN and opens_at <= now < ends_at
    url = template.replace(CODE, code) if is_open and template is not None and code is not None else None
    return VideoRoom(url=url, opens_at=opens_at, closes_at=ends_at)
