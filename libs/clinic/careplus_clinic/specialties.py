"""Medical specialties: codes, names per language and age limits, from `data/specialties.toml`, which names its sources."""

import tomllib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from careplus_clinic.phrases import Phrases, longest, tokens
from careplus_contracts.values import InLanguages

GENERAL_PRACTICE = "general_practice"
PAEDIATRICS = "paediatrics"
ANY_AGE_BELOW = 200
_FILE = Path(__file__).parent / "data" / "specialties.toml"


@dataclass(frozen=True)
class Specialty:
    """One specialty of the list."""

    code: str
    names: InLanguages
    words: tuple[str, ...]
    """Its names, and other words by which people search it."""
    age_from: int
    age_below: int

    def treats(self, age: int | None) -> bool:
        """Return whether its patients are of this age; true for an unknown age."""
        return age is None or self.age_from <= age < self.age_below


def _load() -> dict[str, Specialty]:
    rows = tomllib.loads(_FILE.read_text(encoding="utf-8"))["specialties"]
    return {
        row["code"]: Specialty(
            row["code"],
            InLanguages(en=row["en"], de=row["de"]),
            tuple(dict.fromkeys((row["en"], row["de"], row["code"].replace("_", " "), *row["words"]))),
            row.get("age_from", 0),
            row.get("age_below", ANY_AGE_BELOW),
        )
        for row in rows
    }


SPECIALTIES = _load()
"""All specialties of the list, by code."""
_PHRASES: Phrases[str] = Phrases((word, one.code) for one in SPECIALTIES.values() for word in one.words)


@lru_cache(maxsize=2000)
def codes_of(text: str) -> tuple[str, ...]:
    """Return the codes that a specialty's text names, in any language: none, one, or two for "Innere Medizin und Kardiologie"."""
    hits = longest(_PHRASES.find(text.replace("_", " "), slips=False))
    return tuple(dict.fromkeys(hit.meaning for hit in hits))


@lru_cache(maxsize=2000)
def names_of(text: str | None) -> InLanguages | None:
    """Return the names of a specialty that is stored as this text; None without a text.

    A text that says more than one specialty of the list, such as "Heart surgery", is its own name in each language.
    """
    if not text:
        return None
    hits = longest(_PHRASES.find(text.replace("_", " "), slips=False))
    covered = {number for hit in hits for number in hit.words}
    if len({hit.meaning for hit in hits}) == 1 and covered == {token.word for token in tokens(text.replace("_", " "))}:
        return SPECIALTIES[hits[0].meaning].names
    return InLanguages(en=text, de=text)
