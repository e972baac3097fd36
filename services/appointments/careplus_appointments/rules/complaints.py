"""The specialties that the words of a search mean, and signs of an emergency in them.

The words are in `data/complaints.toml` and `data/red_flags.toml`, with their sources, and in the list of specialties.
"""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from careplus_appointments.rules.ages import NO_LIMITS, Limits, treats
from careplus_clinic.phrases import Hit, Phrases, is_small, longest, words
from careplus_clinic.search_keys import fold
from careplus_clinic.specialties import PAEDIATRICS, SPECIALTIES
from careplus_contracts.finding import SuggestionKind
from careplus_contracts.values import InLanguages

MOST_SPECIALTIES = 6
"""More specialties than this are no help to a person that looks for one doctor."""
MOST_SIGNS = 3
_DATA = Path(__file__).parents[1] / "data"


@dataclass(frozen=True)
class RedFlag:
    """A sign of an emergency, and the advice; `{number}` in `advice` is the emergency number."""

    sign: InLanguages
    advice: InLanguages
    crisis: bool

    def advice_with(self, number: str) -> InLanguages:
        """Return the advice with the hospital's emergency number."""
        return InLanguages(en=self.advice.en.format(number=number), de=self.advice.de.format(number=number))


@dataclass(frozen=True)
class Meaning:
    """The meaning of a phrase."""

    specialties: tuple[str, ...]
    kind: SuggestionKind = SuggestionKind.COMPLAINT
    any_age: bool = False
    """Whether the phrase names the specialty or the patient, so that the age of the account does not count."""
    general: bool = False
    """Whether it counts only where no other phrase was found."""
    red_flag: RedFlag | None = None


@dataclass(frozen=True)
class Understood:
    """The meaning of a search."""

    specialties: tuple[str, ...]
    """Codes, the first choice first."""
    red_flags: tuple[RedFlag, ...]
    rest: str
    """The typed words that no phrase covers, which may be a name."""


def _load(name: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = tomllib.loads((_DATA / f"{name}.toml").read_text(encoding="utf-8"))[name]
    if unknown := {code for row in rows for code in row["specialties"]} - SPECIALTIES.keys():
        raise ValueError(f"{name}.toml names specialties without an entry: {sorted(unknown)}")
    return rows


def _entries() -> Iterator[tuple[str, Meaning]]:
    for one in SPECIALTIES.values():
        for word in one.words:
            yield word, Meaning((one.code,), SuggestionKind.SPECIALTY, any_age=True)
    for row in _load("complaints"):
        meaning = Meaning(tuple(row["specialties"]), any_age=row.get("any_age", False), general=row.get("general", False))
        for phrase in (*row["en"], *row["de"]):
            yield phrase, meaning
    for row in _load("red_flags"):
        flag = RedFlag(InLanguages(**row["sign"]), InLanguages(**row["advice"]), row.get("crisis", False))
        for phrase in (*row["en"], *row["de"]):
            yield phrase, Meaning(tuple(row["specialties"]), red_flag=flag)


_PHRASES = Phrases(_entries())


def understand(text: str, age: int | None, limits: Limits = NO_LIMITS, *, slips: bool = True) -> Understood:
    """Return the meaning of typed words for a patient of this age; None: unknown, every specialty is offered."""
    hits = _PHRASES.find(text, slips=slips)
    kept = longest(hits)
    kept = [hit for hit in kept if not hit.meaning.general] or kept
    covered = {number for hit in kept for number in hit.words}
    rest = [word for number, word in enumerate(words(text)) if number not in covered and not is_small(word)]
    flags = dict.fromkeys(hit.meaning.red_flag for hit in hits if hit.meaning.red_flag)
    return Understood(tuple(_specialties(kept, age, limits)[:MOST_SPECIALTIES]), tuple(flags)[:MOST_SIGNS], " ".join(rest))


def suggestions(text: str) -> list[tuple[str, Meaning]]:
    """Return the specialties and complaints that the typed text may mean.

    Specialties come first, then phrases that begin with the text, then short ones.
    """
    typed = " ".join(words(text))

    def order(entry: tuple[str, Meaning]) -> tuple[bool, bool, int]:
        phrase, meaning = entry
        return meaning.kind is not SuggestionKind.SPECIALTY, not fold(phrase).startswith(typed), len(phrase)

    return sorted((entry for entry in _PHRASES.starting(text) if not entry[1].general), key=order)


def offered(meaning: Meaning, age: int | None, limits: Limits = NO_LIMITS) -> list[str]:
    """Return the specialties of a phrase that treat a patient of this age; a child is also offered paediatrics, first."""
    if meaning.any_age:
        return list(meaning.specialties)
    fitting = [code for code in meaning.specialties if treats(code, age, limits)]
    child = age is not None and treats(PAEDIATRICS, age, limits)
    return list(dict.fromkeys([PAEDIATRICS, *fitting])) if child else fitting


def _specialties(hits: list[Hit[Meaning]], age: int | None, limits: Limits) -> list[str]:
    return list(dict.fromkeys(code for hit in hits for code in offered(hit.meaning, age, limits)))
