"""Cells of an import: days, sexes, languages and weekly hours as people write them. Pure functions; they raise ValueError."""

import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import TypeVar

from careplus_contracts.accounts import Sex
from careplus_contracts.availability import OpenHours, Weekday
from careplus_contracts.values import PortalLanguage

T = TypeVar("T")
_SEXES = {
    Sex.FEMALE: ("female", "f", "weiblich", "w"),
    Sex.MALE: ("male", "m", "männlich"),
    Sex.OTHER: ("other", "divers", "d"),
    Sex.UNKNOWN: ("unknown", "unbekannt"),
}
_LANGUAGES = {PortalLanguage.DE: ("de", "deutsch", "german"), PortalLanguage.EN: ("en", "englisch", "english")}
_DAYS = {
    Weekday.MON: ("mo", "mon", "monday", "montag"),
    Weekday.TUE: ("tu", "tue", "tuesday", "di", "dienstag"),
    Weekday.WED: ("we", "wed", "wednesday", "mi", "mittwoch"),
    Weekday.THU: ("th", "thu", "thursday", "do", "donnerstag"),
    Weekday.FRI: ("fr", "fri", "friday", "freitag"),
    Weekday.SAT: ("sa", "sat", "saturday", "samstag"),
    Weekday.SUN: ("su", "sun", "sunday", "so", "sonntag"),
}
_HOURS = re.compile(r"([^\W\d]+)\.?(?:\s*[-\u2013]\s*([^\W\d]+)\.?)?\s+(\d{1,2}:\d\d)\s*[-\u2013]\s*(\d{1,2}:\d\d)")


def day(text: str) -> date:
    """Return the day of `1984-05-17` or `17.05.1984`; other forms are ambiguous between countries."""
    if found := re.fullmatch(r"(\d{4})-(\d\d)-(\d\d)", text, re.ASCII):
        year, month, number = map(int, found.groups())
    elif found := re.fullmatch(r"(\d{1,2})\.(\d{1,2})\.(\d{4})", text, re.ASCII):
        number, month, year = map(int, found.groups())
    else:
        raise ValueError("write days as 1984-05-17 or 17.05.1984; other forms are ambiguous")
    try:
        return date(year, month, number)
    except ValueError:
        raise ValueError("there is no such day") from None


def sex(text: str) -> Sex:
    return _one_of(_SEXES, text, "write female, male, other or unknown; or weiblich, männlich, divers, unbekannt")


def language(text: str) -> PortalLanguage:
    return _one_of(_LANGUAGES, text, "write de or en")


def weekly_hours(text: str) -> list[OpenHours]:
    """Return the hours of `Mo-Fr 08:00-12:00, Di 13:00-17:00`, in one of both languages."""
    return [one for part in re.split(r"[,;|\n]", text) if part.strip() for one in _hours(part.strip())]


def _hours(part: str) -> Iterator[OpenHours]:
    found = _HOURS.fullmatch(part)
    if not found:
        raise ValueError(f"write hours as Mo-Fr 08:00-12:00, Di 13:00-17:00; not {part[:40]!r}")
    first, last, starts, ends = found.groups()
    days, order = [_one_of(_DAYS, one, f"{one[:20]!r} is no weekday") for one in (first, last or first)], list(Weekday)
    if order.index(days[0]) > order.index(days[1]):
        raise ValueError(f"{part[:40]!r} ends before it begins")
    for one in order[order.index(days[0]) : order.index(days[1]) + 1]:
        yield OpenHours(weekday=one, starts=starts.zfill(5), ends=ends.zfill(5))


def _one_of(words: Mapping[T, tuple[str, ...]], text: str, reason: str) -> T:
    for meaning, spellings in words.items():
        if text.casefold() in spellings:
            return meaning
    raise ValueError(reason)
