"""How often a medicine is taken, read in English and German."""

import re
from dataclasses import dataclass
from functools import lru_cache

from careplus_doctors.rules.medicines.naming.folding import plain

_NUMBERS = {
    **dict.fromkeys(("once", "one", "einmal", "ein", "eine", "einen"), 1.0),
    **dict.fromkeys(("twice", "two", "zweimal", "zwei"), 2.0),
    **dict.fromkeys(("three", "thrice", "dreimal", "drei"), 3.0),
    **dict.fromkeys(("four", "viermal", "vier"), 4.0),
    **dict.fromkeys(("five", "funfmal", "funf"), 5.0),
    **dict.fromkeys(("six", "sechsmal", "sechs"), 6.0),
    **dict.fromkeys(("eight", "achtmal", "acht"), 8.0),
    **dict.fromkeys(("twelve", "zwolf"), 12.0),
}
_WORDS = "|".join(sorted(_NUMBERS, key=len, reverse=True))
_N = rf"(\d+(?:[.,]\d+)?(?:\s*(?:-|to|bis)\s*\d+)?|{_WORDS})"
_DAYS = {"minute": 1 / 1440, "hour": 1 / 24, "day": 1.0, "week": 7.0, "month": 28.0, "year": 365.0}
_UNITS = {
    "minute": (r"(?:min|mins|minutes?|minuten?)", r"(?:minutely)"),
    "hour": (r"(?:h|hr|hrs|hours?|std|stdn|stunden?)", r"(?:hourly|stundlich)"),
    "day": (r"(?:d|days?|tage?|tagen|24 ?h|24 hours|24 stunden)", r"(?:daily|taglich|tagl|tgl)"),
    "week": (r"(?:weeks?|wk|wochen?)", r"(?:weekly|wochentlich)"),
    "month": (r"(?:months?|monate?|monaten)", r"(?:monthly|monatlich)"),
    "year": (r"(?:years?|jahre?|jahren)", r"(?:yearly|jahrlich)"),
}
"""The noun and the adverb of each unit."""
_TIMES = r"(?:times|time|x|mal|\*)"
_PER = r"(?:an?|per|each|every|in|pro|am|im|in der|in einer|/|jeden|jede)"
_AS_NEEDED = re.compile(
    r"\b(?:as needed|when needed|if needed|as required|when required|if required|prn|bei bedarf|b ?bed|bedarf)\b"
)
_PART = r"([\d½¼¾][\d.,/]*)"
_DASH = r"\s*[-\u2013]\s*"
_SCHEME = re.compile(rf"(?<![\d/]){_PART}{_DASH}{_PART}{_DASH}{_PART}(?:{_DASH}{_PART})?(?!\d)")
_FRACTIONS = {"½": 0.5, "¼": 0.25, "¾": 0.75, "1/2": 0.5, "1/4": 0.25, "3/4": 0.75}
_SHORT = {
    **dict.fromkeys(("od", "qd", "mane", "nocte", "qhs", "qam", "qpm", "hs", "daily", "taglich", "nightly"), 1.0),
    **dict.fromkeys(("bd", "bid", "b.i.d", "bds"), 2.0),
    **dict.fromkeys(("tds", "tid", "t.i.d"), 3.0),
    **dict.fromkeys(("qds", "qid", "q.i.d"), 4.0),
    **dict.fromkeys(("hourly", "stundlich"), 24.0),
    **dict.fromkeys(("weekly", "wochentlich"), 1 / 7),
    **dict.fromkeys(("fortnightly",), 1 / 14),
    **dict.fromkeys(("monthly", "monatlich"), 1 / 28),
    **dict.fromkeys(("yearly", "jahrlich"), 1 / 365),
}
_MOMENTS = (
    re.compile(r"\b(?:morning|mornings|morgens?|fruh|breakfast|fruhstuck)\b"),
    re.compile(r"\b(?:noon|midday|lunch|lunchtime|mittags?|mittagessen|afternoon|nachmittags?)\b"),
    re.compile(r"\b(?:evening|evenings|abends?|dinner|abendessen)\b"),
    re.compile(r"\b(?:night|nights|nachts?|nacht|bedtime|vor dem schlafen)\b"),
)
_WEEKDAYS = re.compile(
    r"\b(mon|tues|wednes|thurs|fri|satur|sun)days?\b|\b(montag|dienstag|mittwoch|donnerstag|freitag|samstag|sonnabend|sonntag)s?\b"
)
_DOT_INSIDE = re.compile(r"(?<=[a-z])\.(?=[a-z])")
_DOT = re.compile(r"\.(?!\d)|(?<!\d)\.")
_OTHER_NUMBER = re.compile(rf"(?<!\d)(?!1\b)\d|\b(?:{'|'.join(word for word, many in _NUMBERS.items() if many > 1)})\b")
"""A number that was not read as a frequency: the words alone could say too little."""
_EXCEPT = re.compile(r"\b(?:except|but|ausser|not|nicht|ohne|without)\b")
_MEALS = re.compile(r"\b(?:with|before|after|zu|vor|nach) (?:each |every |the |den |jeder )?(?:meals?|mahlzeit(?:en)?)\b")
_ONCE = re.compile(r"\b(?:once|einmalig|single dose|einzeldosis|stat|one dose|one off|one-off|eine dosis)\b")


_PATTERNS = [
    (
        unit,
        re.compile(rf"\b{_N} ?-?{_TIMES}? ?(?:{_TIMES} ?{_PER}? ?{noun}|{_PER} ?{noun}|{adverb})(?!\w)"),
        re.compile(rf"{_N} ?-?{adverb}"),
        re.compile(rf"\b(?:every|each|alle|q|jede[nrs]?) ?{_N} ?-?{noun}\b"),
        re.compile(rf"\b(?:every other|every second|jede[nrs]? zweite[nrs]?|alternate) {noun}\b"),
    )
    for unit, (noun, adverb) in _UNITS.items()
]
"""For each unit: so many times a day, hourly as an interval, every so many hours, every other day."""
_COUNT = re.compile(rf"\b{_N} ?{_TIMES}(?!\w)")
_EACH = [(unit, re.compile(rf"\b(?:every|each|an?|per|jede[nrs]?|pro|am) {noun}\b")) for unit, (noun, _) in _UNITS.items()]


@dataclass(frozen=True, slots=True)
class Frequency:
    """Intakes: `a_day` on average, `scheme` as amounts in one day, `once` for a single intake. None is not known."""

    a_day: float | None
    as_needed: bool = False
    once: bool = False
    scheme: tuple[float, ...] = ()


@lru_cache(maxsize=2048)
def read_frequency(text: str) -> Frequency | None:
    """Return how often a text says that a medicine is taken, at most; None if it is not read."""
    scheme = read_scheme(text)
    spoken = _spoken(text)
    needed = bool(_AS_NEEDED.search(spoken))
    if scheme:
        return Frequency(float(sum(1 for one in scheme if one)), needed, scheme=scheme)
    a_day = _a_day(spoken)
    if a_day is not None:
        return Frequency(a_day, needed)
    if needed:
        return Frequency(None, as_needed=True)
    return Frequency(1.0, once=True) if _ONCE.search(spoken) else None


def _spoken(text: str) -> str:
    """Return the text in small letters; dots of abbreviations are left out, decimal points stay."""
    joined = _DOT_INSIDE.sub("", plain(text).replace("\u00d7", " x "))
    return " ".join(_DOT.sub(" ", joined).split())


def read_scheme(text: str) -> tuple[float, ...]:
    """Return the amounts of a scheme such as `1-0-1`: morning, noon, evening and night."""
    found = _SCHEME.search(text)
    return tuple(number(one) for one in found.groups() if one is not None) if found else ()


def number(text: str) -> float:
    """Return the number that a text means: `1`, `0,5`, `½`, `1/2`, `two`, and the greater one of `1-2`."""
    text = text.strip()
    if text in _FRACTIONS:
        return _FRACTIONS[text]
    if text in _NUMBERS:
        return _NUMBERS[text]
    if text[-1:] in _FRACTIONS:
        return number(text[:-1]) + _FRACTIONS[text[-1]]
    parts = [part for part in re.split(r"\s*(?:-|to|bis)\s*", text) if part]
    return max(float(part.replace(",", ".")) if "/" not in part else _FRACTIONS.get(part, 1.0) for part in parts)


def _a_day(spoken: str) -> float | None:
    for unit, times, hourly, every, other in _PATTERNS:
        days = _DAYS[unit]
        if found := times.search(spoken):
            if unit == "hour" and hourly.fullmatch(found[0]):
                return 24 / _least(found[1])
            return number(found[1]) / days
        if found := every.search(spoken):
            return 1 / (days * _least(found[1]))
        if other.search(spoken):
            return 1 / (days * 2)
    if found := _COUNT.search(spoken):
        return number(found[1])
    return _in_words(spoken)


def _in_words(spoken: str) -> float | None:
    if _OTHER_NUMBER.search(spoken) or _EXCEPT.search(spoken):
        return None
    if weekdays := {"".join(found) for found in _WEEKDAYS.findall(spoken)}:
        return len(weekdays) / 7
    if found := next((_SHORT[word] for word in re.findall(r"[a-z]+", spoken) if word in _SHORT), None):
        return found
    for unit, each in _EACH:
        if each.search(spoken):
            return 1 / _DAYS[unit]
    if _MEALS.search(spoken):
        return 3.0
    moments = sum(1 for moment in _MOMENTS if moment.search(spoken))
    return float(moments) if moments else None


def _least(text: str) -> float:
    """Return the shorter one of `4-6` hours."""
    parts = re.split(r"\s*(?:-|to|bis)\s*", text)
    return max(min(number(part) for part in parts if part), 0.01)
