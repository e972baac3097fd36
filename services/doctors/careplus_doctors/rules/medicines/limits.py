"""Limits of doses by route, in the short form of the medicine files: `200-800 mg, 2400 mg a day, 3 times a day`."""

import re
from dataclasses import dataclass, field

from careplus_contracts.values import InLanguages

ROUTES = (
    "oral",
    "sublingual",
    "iv",
    "im",
    "sc",
    "infiltration",
    "epidural",
    "intrathecal",
    "inhaled",
    "nasal",
    "eye",
    "ear",
    "skin",
    "patch",
    "rectal",
    "vaginal",
    "mouth",
    "bladder",
    "implant",
)
UNITS: dict[str, tuple[str, float]] = {
    "mg": ("mg", 1),
    "g": ("mg", 1000),
    "mcg": ("mg", 0.001),
    "ng": ("mg", 0.000001),
    "units": ("units", 1),
    "mega": ("units", 1000000),
    "mmol": ("mmol", 1),
    "ml": ("ml", 1),
    "drops": ("drops", 1),
    "puffs": ("puffs", 1),
    "pieces": ("pieces", 1),
    "mcg/h": ("mcg/h", 1),
}
"""Each unit as the dimension in which amounts are compared, and its factor."""
FREQUENCIES = {
    "once a day": "einmal täglich",
    "twice a day": "zweimal täglich",
    "3 times a day": "3-mal täglich",
    "4 times a day": "4-mal täglich",
    "5 times a day": "5-mal täglich",
    "6 times a day": "6-mal täglich",
    "in the morning": "morgens",
    "at night": "zur Nacht",
    "every 4 hours": "alle 4 Stunden",
    "every 6 hours": "alle 6 Stunden",
    "every 8 hours": "alle 8 Stunden",
    "every 12 hours": "alle 12 Stunden",
    "every 72 hours": "alle 72 Stunden",
    "every other day": "jeden zweiten Tag",
    "once a week": "einmal pro Woche",
    "twice a week": "zweimal pro Woche",
    "every 2 weeks": "alle 2 Wochen",
    "every 4 weeks": "alle 4 Wochen",
    "every 3 months": "alle 3 Monate",
    "every 6 months": "alle 6 Monate",
    "once": "einmalig",
    "as needed": "bei Bedarf",
    "as needed, up to 3 times a day": "bei Bedarf, bis zu 3-mal täglich",
    "as needed, up to 4 times a day": "bei Bedarf, bis zu 4-mal täglich",
    "as needed, once a day": "bei Bedarf, einmal täglich",
}
"""The frequencies of favourites in English, with their German words."""
_NUMBER = r"\d+(?:\.\d+)?"
_EACH = re.compile(rf"({_NUMBER})(?:-({_NUMBER}))? (\S+)")
_TOTAL = re.compile(rf"({_NUMBER}) (\S+) a (day|week)")
_TIMES = re.compile(rf"({_NUMBER}) times a (day|week)")
_STRENGTH = re.compile(rf"({_NUMBER})(?: ([a-z]+))?")

Amount = tuple[str, float]
"""A dimension and an amount in it."""
Strengths = tuple[tuple[Amount, ...], ...]
"""Usual strengths of a product: for each, the amount of each substance."""


@dataclass(frozen=True, slots=True)
class Limit:
    """The limits of one route: one intake, a day, a week, and how often."""

    each: dict[str, tuple[float, float]] = field(default_factory=dict)
    day: dict[str, float] = field(default_factory=dict)
    week: dict[str, float] = field(default_factory=dict)
    times_a_day: float | None = None
    times_a_week: float | None = None


@dataclass(frozen=True, slots=True)
class Usual:
    """A favourite line of a prescription."""

    dose: str
    frequency: InLanguages


def parse_limit(text: object) -> Limit:
    """Return the limit that a text of the medicine files means."""
    limit = Limit()
    times: dict[str, float] = {}
    for part in str(text).split(", "):
        if found := _TIMES.fullmatch(part):
            times[f"times_a_{found[2]}"] = float(found[1])
        elif found := _TOTAL.fullmatch(part):
            dimension, amount = amount_of(found[1], found[2])
            (limit.day if found[3] == "day" else limit.week)[dimension] = amount
        elif found := _EACH.fullmatch(part):
            dimension, least = amount_of(found[1], found[3])
            limit.each[dimension] = (least, amount_of(found[2] or found[1], found[3])[1])
            if not 0 < least <= limit.each[dimension][1]:
                raise ValueError(f"{part!r} does not go from the least to the most")
        else:
            raise ValueError(f"{part!r} is no limit such as '200-800 mg', '2400 mg a day' or '3 times a day'")
    return Limit(limit.each, limit.day, limit.week, **times)


def parse_usual(text: object) -> Usual:
    """Return the favourite line that a text such as `400 mg, 3 times a day` means."""
    dose, _, frequency = str(text).partition(", ")
    if frequency not in FREQUENCIES:
        raise ValueError(f"{frequency!r} is no frequency of the list")
    return Usual(dose=dose, frequency=InLanguages(en=frequency, de=FREQUENCIES[frequency]))


def parse_strengths(text: object) -> Strengths:
    """Return the strengths that a text such as `500/125 mg, 875/125 mg` means."""
    return tuple(tuple(_parts(strength)) for strength in str(text).split(", ")) if text else ()


def amount_of(number: str, unit: str) -> Amount:
    """Return an amount in the dimension of its unit."""
    if unit not in UNITS:
        raise ValueError(f"{unit!r} is no unit of the list")
    dimension, factor = UNITS[unit]
    return dimension, round(float(number) * factor, 9)


def _parts(strength: str) -> list[Amount]:
    found = [_STRENGTH.fullmatch(part) for part in strength.split("/")]
    if not all(found):
        raise ValueError(f"{strength!r} is no strength such as '500/125 mg'")
    last = next((one[2] for one in reversed(found) if one and one[2]), "")
    return [amount_of(one[1], one[2] or last) for one in found if one]
