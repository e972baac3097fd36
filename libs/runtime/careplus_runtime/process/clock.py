"""The current time. No other module reads the clock."""

from datetime import UTC, datetime


def now() -> datetime:
    """Return the current instant in UTC."""
    return datetime.now(UTC)


def this_second() -> datetime:
    """Return the current instant in whole seconds, as the database stores it: a response and a later read agree."""
    return now().replace(microsecond=0)
