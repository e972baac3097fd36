"""The laboratory's opening hours, from the settings."""

from careplus_labs.rules.windows import Hours, parse_hours
from careplus_runtime.process.clock import now
from careplus_runtime.process.settings import Settings


def opening_hours(settings: Settings) -> Hours:
    """Return the opening hours for bookings from now to the horizon."""
    return parse_hours(settings.lab_hours, settings.clinic_zone, now(), settings.horizon_days)
