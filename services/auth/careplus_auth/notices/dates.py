"""Days and times of the clinic in the sentences of mails."""

from datetime import datetime
from zoneinfo import ZoneInfo

from careplus_contracts.values import PortalLanguage

EN, DE = PortalLanguage
DAYS = {
    EN: ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
    DE: ("Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag", "Sonntag"),
}
MONTHS = {
    EN: (
        *("January", "February", "March", "April", "May", "June"),
        *("July", "August", "September", "October", "November", "December"),
    ),
    DE: (
        *("Januar", "Februar", "März", "April", "Mai", "Juni"),
        *("Juli", "August", "September", "Oktober", "November", "Dezember"),
    ),
}


def long_day(at: datetime, zone: ZoneInfo, language: PortalLanguage) -> str:
    """Return the clinic day: `Monday, 7 January 2030`, `Montag, 7. Januar 2030`."""
    local = at.astimezone(zone)
    day = f"{local.day}." if language is DE else f"{local.day}"
    return f"{DAYS[language][local.weekday()]}, {day} {MONTHS[language][local.month - 1]} {local.year}"


def long_when(at: datetime, zone: ZoneInfo, language: PortalLanguage) -> str:
    """Return the clinic day and the time on the clinic's clock."""
    clock = f"{at.astimezone(zone):%H:%M}"
    return f"{long_day(at, zone, language)}, {f'{clock} Uhr' if language is DE else clock}"
