"""Public holidays of a country or a part of it, from the package `holidays`. Pure functions."""

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from careplus_contracts.closed_days import NamedSubdivision
from careplus_contracts.refusals import NotFound
from careplus_contracts.values import InLanguages

YEARS_AHEAD = 2
"""Holidays are stored to the end of this year from now: staff book up to two years ahead."""


class Holiday(NamedTuple):
    """A public holiday; a day with two of them has both names in one text."""

    day: date
    names: InLanguages


def last_day(today: date) -> date:
    """Return the day up to which holidays are stored."""
    return date(today.year + YEARS_AHEAD, 12, 31)


def countries() -> list[str]:
    """Return every country whose holidays are known."""
    return sorted(_known())


def subdivisions(country: str) -> list[NamedSubdivision]:
    """Return the parts of a known country, by name."""
    import holidays

    names = holidays.country_holidays(country).get_subdivision_aliases()
    # the first other spelling of a code is its name
    found = [NamedSubdivision(code=code, name=next(iter(names.get(code, ())), code)) for code in _known()[country]]
    return sorted(found, key=lambda one: one.name)


def between(country: str, subdivision: str | None, first: date, last: date) -> list[Holiday]:
    """Return the public holidays from first to last in order of time. Raise NotFound for an unknown region."""
    if subdivision not in (None, *_known().get(country, ())) or country not in _known():
        raise NotFound("The holidays of this region are not known. Choose one that GET /api/admin/holiday-countries lists.")
    english, german = (_names(country, subdivision, first, last, language) for language in ("en", "de"))
    found = (day for day in sorted(english) if first <= day <= last)
    return [Holiday(day, InLanguages(en=english[day], de=german[day])) for day in found]


def kept_open(stored: Iterable[tuple[date, str, bool]]) -> set[str]:
    """Return the names of the holidays on which the hospital works in the last stored year; an added year takes them over."""
    holidays = list(stored)
    last = max((day.year for day, _, _ in holidays), default=0)
    return {name for day, name, is_open in holidays if is_open and day.year == last}


def _known() -> dict[str, list[str]]:
    # slow: it reads the rules of every country
    import holidays

    return holidays.list_supported_countries(include_aliases=False)


def _names(country: str, subdivision: str | None, first: date, last: date, language: str) -> dict[date, str]:
    """Return the names by day: in the language, otherwise in English, otherwise in a language of the country."""
    import holidays

    spoken = holidays.list_localized_countries(include_aliases=False).get(country, [])
    wanted = next((one for start in (language, "en") for one in spoken if one.startswith(start)), None)
    years = range(first.year, last.year + 1)
    return dict(holidays.country_holidays(country, subdiv=subdivision, years=years, language=wanted))
