"""When notices are sent: quiet hours of the clinic's night, and which notices do not wait for the morning."""

from collections.abc import Collection
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from careplus_clinic.clinic_time import DAY, first_instant, local_date, local_minute

QUIET_FROM, QUIET_UNTIL = 21 * 60, 8 * 60
"""Minutes of the clinic day between which a notice waits."""
SOON = timedelta(hours=24)
"""A change of a visit that begins, or was to begin, within this time is mailed at night too."""


def quiet_until(at: datetime, zone: ZoneInfo) -> datetime | None:
    """Return the end of the quiet hours that an instant lies in, or None outside of them."""
    minute = local_minute(at, zone)
    if QUIET_UNTIL <= minute < QUIET_FROM:
        return None
    day = local_date(at, zone)
    return first_instant(day + DAY if minute >= QUIET_FROM else day, QUIET_UNTIL, zone)


def send_from(at: datetime, zone: ZoneInfo, starts: Collection[datetime], *, is_reminder: bool, is_own: bool) -> datetime:
    """Return the instant from which a notice about a visit may be sent; `starts` are the starts of the visit that it names.

    The patient expects the mail about their own change at once. A reminder always waits for the morning.
    """
    until = quiet_until(at, zone)
    if until is None or (not is_reminder and (is_own or min(starts) < at + SOON)):
        return at
    return until
