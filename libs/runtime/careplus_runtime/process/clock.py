"""What time it is. The one place that asks."""

from datetime import UTC, datetime


def now() -> datetime:
    """The current instant in UTC."""
    return datetime.now(UTC)


def this_second() -> datetime:
    """The same in whole seconds, as the database keeps it: what is answered now is what is read later."""
    return now().replace(microsecond=0)
