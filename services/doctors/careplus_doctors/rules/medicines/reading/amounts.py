"""Amounts in one intake, read from the dose and from the strength in the medicine's name, in English and German."""

import re
from dataclasses import dataclass
from functools import lru_cache

from careplus_doctors.rules.medicines.limits import UNITS, Amount, Strengths
from careplus_doctors.rules.medicines.naming.folding import plain
from careplus_doctors.rules.medicines.reading.frequencies import number, read_scheme

Range = tuple[float, float]
_UNIT_NAMES = {
    "mg": "mg milligram milligrams milligramm",
    "g": "g gram grams gramm",
    "mcg": "mcg ug µg μg microgram micrograms mikrogramm",
    "ng": "ng nanogram nanogramm",
    "units": "units unit iu ie i.e. i.u. u e einheiten einheit internationale",
    "mega": "mega mio million millionen mio.ie miu",
    "mmol": "mmol meq",
    "ml": "ml milliliter millilitre milliliters",
    "drops": "drops drop tropfen gtt tr",
    "puffs": "puffs puff sprays spray hube hub spruhstosse spruhstoss spruhstosse inhalations inhalation inhalationen actuation",
    "pieces": "tablets tablet tab tabs tabl tbl tabletten tablette filmtabletten filmtablette brausetablette brausetabletten "
    "schmelztablette schmelztabletten kautablette kautabletten retardtablette retardtabletten lutschtablette lutschtabletten "
    "capsules capsule caps cap kapseln kapsel kps retardkapsel retardkapseln weichkapsel weichkapseln hartkapsel hartkapseln "
    "dragees dragee pills pill lozenges lozenge suppositories suppository supp zapfchen suppositorien pessaries pessary "
    "sachets sachet beutel btl pieces piece stuck stk ampoules ampoule amp ampullen ampulle vials vial patches patch pflaster "
    "pen syringe spritze fertigspritze injection injections application applications",
}
_CANONICAL = {"mcg/h": "mcg/h", **{plain(name): unit for unit, names in _UNIT_NAMES.items() for name in names.split()}}
_N = r"(\d+(?:[.,]\d+)*)"
_UNIT = "|".join(sorted(map(re.escape, _CANONICAL), key=len, reverse=True))
_AMOUNT = re.compile(rf"(?<![\w.,/]){_N}(?:\s*(?:-|to|bis)\s*{_N})?\s*({_UNIT})(?![a-z])\.?(\s*/\s*(?:kg|m2)\b)?")
_REPEATED = re.compile(r"\d\s*(?:x|\*|times|mal)(?![a-z])")
"""Three times one tablet says how often: the dose alone is not the whole amount."""
_A_DAY = re.compile(r"\s*/\s*24\s*(?:h|hours?|std|stunden)\b")
_AN_HOUR = re.compile(r"(?:mcg|ug|\u03bcg|microgram(?:s|me|mes)?|mikrogramm)\s*/\s*(?:h|hr|hour|std|stunde)\b")
_HALF = re.compile(r"(?<!\d)1\s*/\s*2(?!\d)|\b(?:half|eine halbe|halbe)\b(?: an?)?")
_FRACTIONS = {"½": ".5", "¼": ".25", "¾": ".75"}
_PER_ML = re.compile(rf"{_N}\s*({_UNIT})\s*/\s*(\d+(?:[.,]\d+)?)?\s*ml\b")
_ONE = rf"{_N}\s*({_UNIT})?"
_STRENGTHS = re.compile(rf"(?<![\w.,]){_ONE}(?:\s*[/+]\s*{_ONE})?(?:\s*[/+]\s*{_ONE})?(?![\w%]|\s*%|[.,/+]\s*\d|-[a-z])")
_SPOKEN = {
    "one": 1, "two": 2, "three": 3, "four": 4, "eine": 1, "ein": 1, "einen": 1, "zwei": 2, "drei": 3, "vier": 4, "a": 1, "an": 1,
}  # fmt: skip
_SPOKEN_NUMBER = re.compile(rf"\b({'|'.join(_SPOKEN)})(?=\s+(?:{_UNIT})\b)")


@dataclass(frozen=True, slots=True)
class Dose:
    """One intake as it is written, by dimension; `scheme` has the pieces of each intake of a day."""

    amounts: dict[str, Range]
    scheme: tuple[float, ...] = ()
    is_by_weight: bool = False


@lru_cache(maxsize=2048)
def read_dose(text: str) -> Dose | None:
    """Return the amounts that a dose says; None if no amount is read."""
    if (scheme := read_scheme(text)) and not _AMOUNT.search(_digits(text)):
        return Dose({"pieces": (min(filter(None, scheme), default=0.0), max(scheme))}, scheme)
    spoken = _digits(text)
    found: dict[str, Range] = {}
    if _REPEATED.search(spoken):
        return None
    for least, most, unit, per in _AMOUNT.findall(spoken):
        if per:
            return Dose({}, is_by_weight=True)
        dimension, factor = UNITS[_CANONICAL[unit]]
        low, high = _value(least) * factor, _value(most or least) * factor
        found.setdefault(dimension, (low, high))
    if not found and re.fullmatch(rf"\s*{_N}\s*", spoken):
        found["pieces"] = (_value(spoken.strip()), _value(spoken.strip()))
    return Dose(found, read_scheme(text)) if found else None


@lru_cache(maxsize=2048)
def read_strengths(medicine: str) -> tuple[tuple[float, str | None], ...]:
    """Return the strengths in a medicine's name in their order, with the unit where there is one: `875/125 mg`."""
    spoken = _PER_ML.sub(" ", _digits(medicine))
    for found in _STRENGTHS.finditer(spoken):
        numbers = [(found[place], found[place + 1]) for place in (1, 3, 5) if found[place]]
        units = [_CANONICAL[unit] if unit else None for _, unit in numbers]
        if all(unit in (None, "mg", "g", "mcg", "ng", "units", "mega", "mmol", "mcg/h") for unit in units):
            last = next((unit for unit in reversed(units) if unit), None)
            return tuple((_value(digits), unit or last) for (digits, _), unit in zip(numbers, units, strict=True))
    return ()


@lru_cache(maxsize=2048)
def read_per_ml(medicine: str) -> tuple[Amount, Amount | None] | None:
    """Return the amount in one millilitre, and in one piece where the volume is named: `40 mg/0.4 ml`."""
    found = _PER_ML.search(_digits(medicine))
    if not found or _CANONICAL[found[2]] not in UNITS:
        return None
    dimension, factor = UNITS[_CANONICAL[found[2]]]
    amount = _value(found[1]) * factor
    return (dimension, amount / _value(found[3] or "1")), ((dimension, amount) if found[3] else None)


def strengths_of(medicine: str, parts: int, usual: Strengths, unit: str) -> tuple[Amount, ...] | None:
    """Return the amount of each of the parts in one piece; None if the name does not say it.

    A single number of a combination is one of its parts or their sum: `Cotrim 960`.
    """
    said = read_strengths(medicine)
    found = [_measured(value, named or unit) for value, named in said]
    small = [_measured(value, named or "mcg") for value, named in said]
    if tuple(found) not in usual and tuple(small) in usual:
        found = small  # Symbicort 160/4.5 means micrograms
    if len(found) == parts:
        return tuple(found)
    if len(found) == 1:
        return next((one for one in usual if is_strength({found[0][0]: (found[0][1], found[0][1])}, one)), None)
    return usual[0] if usual and not found else None


def is_strength(measured: dict[str, Range], strength: tuple[Amount, ...]) -> bool:
    """Return whether an amount is one part of a strength, or all parts together."""
    whole = (strength[0][0], round(sum(part for _, part in strength), 9))
    return any((kind, high) in (*strength, whole) for kind, (_, high) in measured.items())


def _measured(value: float, unit: str) -> Amount:
    dimension, factor = UNITS[unit]
    return dimension, round(value * factor, 9)


def _digits(text: str) -> str:
    """Return the text in small letters with numbers as digits: half a tablet is `0.5 tablet`."""
    for sign, decimals in _FRACTIONS.items():
        text = re.sub(rf"(?<!\d)\s*{sign}", f"0{decimals}", re.sub(rf"(?<=\d)\s*{sign}", decimals, text))
    halves = _HALF.sub("0.5", plain(text))
    spoken = _SPOKEN_NUMBER.sub(lambda found: str(_SPOKEN[found[1]]), halves)
    return _AN_HOUR.sub("mcg/h", _A_DAY.sub("", spoken))


def _value(digits: str) -> float:
    """Return a number with a decimal point or comma; `1.000` and `1,000` are a thousand."""
    digits = digits.strip()
    if re.fullmatch(r"[1-9]\d{0,2}(?:[.,]000)+", digits):
        return float(re.sub(r"[.,]", "", digits))
    return number(digits.replace(",", "."))
