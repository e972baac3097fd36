"""The waitlist: which times fit an entry, and until when an offered time is held."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from careplus_clinic.clinic_time import DAY, MINUTES_PER_DAY, Span, clock_of, first_instant, local_date, local_minute, weekday

HELD_FOR = timedelta(minutes=30)
"""The time to answer an offer; it runs from ANSWERED_FROM to ANSWERED_UNTIL of each clinic day only."""
ANSWERED_FROM, ANSWERED_UNTIL = 8 * 60, 20 * 60
"""Minutes of the clinic day: patients sleep in the night."""
LEAD = timedelta(hours=2)
"""An offer ends so long before the visit at the latest, so that the patient can come."""
SHORTEST = timedelta(minutes=5)
"""A time that leaves less to answer is not offered."""


@dataclass(frozen=True)
class Wanted:
    """The times that fit an entry; `before` is the start of the visit that an accepted offer replaces."""

    first_day: date
    last_day: date
    weekdays: frozenset[str]
    from_time: str
    to_time: str
    before: datetime | None = None

    def fits(self, slot: Span, zone: ZoneInfo) -> bool:
        """Return whether the visit is on a wanted day, within the wanted times, and before the visit that it replaces."""
        day, end = local_date(slot[0], zone), local_minute(slot[1], zone)
        ends = clock_of(end if local_date(slot[1], zone) == day else MINUTES_PER_DAY)
        return (
            self.first_day <= day <= self.last_day
            and weekday(day).value in self.weekdays
            and self.from_time <= clock_of(local_minute(slot[0], zone))
            and ends <= self.to_time
            and (self.before is None or slot[0] < self.before)
        )


def held_until(at: datetime, starts_at: datetime, zone: ZoneInfo) -> datetime | None:
    """Return the end of an offer that is made now, or None where too little time is left to answer it."""
    begins, latest = _answered_from(at, zone), starts_at - LEAD
    if latest - begins < SHORTEST:
        return None
    closes = first_instant(local_date(begins, zone), ANSWERED_UNTIL, zone)
    end = begins + HELD_FOR
    if end > closes:
        end = _answered_from(closes, zone) + (end - closes)
    return min(end, latest)


def _answered_from(at: datetime, zone: ZoneInfo) -> datetime:
    """Return the first instant from `at` on at which the time to answer runs."""
    minute, day = local_minute(at, zone), local_date(at, zone)
    if ANSWERED_FROM <= minute < ANSWERED_UNTIL:
        return at
    return first_instant(day if minute < ANSWERED_FROM else day + DAY, ANSWERED_FROM, zone)
