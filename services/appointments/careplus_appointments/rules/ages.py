"""Age limits of specialties for online booking, counted on the clinic day of the visit."""

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType

from careplus_clinic.specialties import ANY_AGE_BELOW, SPECIALTIES, Specialty, codes_of
from careplus_contracts.specialty_ages import AgeLimits, OutsideAgeLimits

Limits = Mapping[str, AgeLimits]
"""The hospital's limits by the code of the specialty."""
NO_LIMITS: Limits = MappingProxyType({})


def age_on(born: date, day: date) -> int:
    """Return the completed years on a day; a person born on 29 February completes one on 1 March of other years."""
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def limits_of(specialty: str | None, limits: Limits) -> AgeLimits | None:
    """Return the limits of a doctor with this text as specialty.

    Of two specialties, the lower and the upper limit that admit more; None where one of them has no limits.
    """
    found = [limits.get(code) for code in codes_of(specialty or "")]
    named = [one for one in found if one is not None]
    if not named or len(named) < len(found):
        return None
    youngest, oldest = [one.min_age for one in named], [one.max_age for one in named]
    return AgeLimits(
        min_age=None if None in youngest else min(age for age in youngest if age is not None),
        max_age=None if None in oldest else max(age for age in oldest if age is not None),
    )


def admits(limits: AgeLimits | None, age: int | None) -> bool:
    """Return whether the limits admit an age; true for an unknown one, which the hospital asks for at the visit."""
    return limits is None or age is None or (_reaches(limits, age) and not _exceeds(limits, age))


def admits_on(limits: AgeLimits | None, born: date | None, day: date) -> bool:
    """Return whether the limits admit a person on the day of a visit."""
    return limits is None or born is None or admits(limits, age_on(born, day))


def admits_between(limits: AgeLimits | None, born: date | None, first: date, last: date) -> bool:
    """Return whether the limits may admit a person on one of these days: old enough on the last, young enough on the first."""
    return limits is None or born is None or (_reaches(limits, age_on(born, last)) and not _exceeds(limits, age_on(born, first)))


def treats(code: str, age: int | None, limits: Limits) -> bool:
    """Return whether a specialty is offered for a complaint at this age: by the hospital's limits, or by the list's."""
    return admits(limits[code], age) if code in limits else SPECIALTIES[code].treats(age)


def usual_of(one: Specialty) -> AgeLimits | None:
    """Return the ages to which the list offers a specialty; None for any age."""
    if one.age_from == 0 and one.age_below == ANY_AGE_BELOW:
        return None
    return AgeLimits(min_age=one.age_from or None, max_age=None if one.age_below == ANY_AGE_BELOW else one.age_below - 1)


def check_age(limits: AgeLimits | None, born: date | None, day: date) -> None:
    """Raise OutsideAgeLimits unless a person of this date of birth may book a visit on that day online."""
    if limits is not None and not admits_on(limits, born, day):
        remedy = "Choose a doctor of another specialty, or call the hospital."
        raise OutsideAgeLimits(f"On that day this doctor sees patients {_in_words(limits)} only. {remedy}", limits=limits)


def _reaches(limits: AgeLimits, age: int) -> bool:
    return limits.min_age is None or age >= limits.min_age


def _exceeds(limits: AgeLimits, age: int) -> bool:
    return limits.max_age is not None and age > limits.max_age


def _in_words(limits: AgeLimits) -> str:
    if limits.max_age is None:
        return f"from {limits.min_age} years on"
    return f"aged {limits.min_age or 0} to {limits.max_age}"
