"""When the address of a video visit is shown."""

from datetime import datetime, timedelta

from careplus_contracts.appointments import AppointmentStatus
from careplus_contracts.video_visits import OPENS_MINUTES, VideoRoom, VideoRoomClosed
from careplus_contracts.visit_types import CODE

OPENS = timedelta(minutes=OPENS_MINUTES)
S = AppointmentStatus
OPEN = (S.BOOKED, S.CONFIRMED, S.ARRIVED, S.IN_PROGRESS, S.COMPLETED)
"""A doctor may complete a visit before its end, while both still speak."""


def room(template: str, code: str, status: AppointmentStatus, starts_at: datetime, ends_at: datetime, now: datetime) -> VideoRoom:
    """Return the address of a visit. Raise VideoRoomClosed before, after, and where it does not take place."""
    opens_at = starts_at - OPENS
    if status not in OPEN or not opens_at <= now < ends_at:
        detail = "This video visit opens 15 minutes before its start and closes at its end."
        if status not in OPEN:
            detail = f"This visit is {status}; its video does not open."
        raise VideoRoomClosed(detail, opens_at=opens_at, closes_at=ends_at)
    return VideoRoom(url=template.replace(CODE, code), opens_at=opens_at, closes_at=ends_at)
