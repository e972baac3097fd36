"""The course of a prescription: its last day in the clinic, and whether that day is over. Pure functions."""

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from careplus_clinic.clinic_time import local_date


def last_day(written_at: datetime, days: int, zone: ZoneInfo) -> date:
    """Return the last clinic day of a medicine: so many days after the day on which it was prescribed."""
    return local_date(written_at, zone) + timedelta(days=days)


def is_over(last: Any, today: Any) -> Any:
    """Return whether a course has ended; the last day belongs to it.

    `last` is a day, or the column with it: queries and answers have one rule.
    """
    return last < today
