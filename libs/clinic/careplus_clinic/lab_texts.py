"""Texts of the laboratory's catalogue per language, from `data/lab_german.toml`; they are found by their English wording."""

import tomllib
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from careplus_clinic.search_keys import fold, search_key, search_words
from careplus_contracts.values import InLanguages

FILE = Path(__file__).parent / "data" / "lab_german.toml"
GERMAN: dict[str, dict[str, str]] = tomllib.loads(FILE.read_text(encoding="utf-8"))
"""German texts by kind and English text."""


def _texts(kind: str) -> Callable[[str], InLanguages]:
    known = {en: InLanguages(en=en, de=de) for en, de in GERMAN[kind].items()}

    def of(text: str) -> InLanguages:
        return known.get(text) or InLanguages(en=text, de=text)

    return of


names_of = _texts("names")
"""Return the name of a test or an analyte in each language; a text that is not of the catalogue is its own name in each."""
explanations_of = _texts("explanations")
preparations_of = _texts("preparations")
specimens_of = _texts("specimens")
categories_of = _texts("categories")
values_of = _texts("values")


def coded_value(text: str | None, choices: Sequence[str]) -> InLanguages | None:
    """Return a text result in each language; one that is not among the analyte's choices stays as it was typed."""
    if text is None:
        return None
    return values_of(text) if text in choices else InLanguages(en=text, de=text)


def all_values(texts: Iterable[str]) -> list[InLanguages]:
    """Return each of these texts in each language."""
    return [values_of(one) for one in texts]


def key_of_test(code: str, name: str, category: str, plain: str) -> str:
    """Return the search key of a test: its texts in every language."""
    german = (names_of(name).de, categories_of(category).de, explanations_of(plain).de)
    return search_key(code, name, category, plain, *german)


def names_with(wanted: str) -> list[str]:
    """Return the stored names of the catalogue with each of these words in the German name."""
    words = search_words(wanted)
    keys = ((en, search_key(fold(de), de)) for en, de in GERMAN["names"].items())
    return [en for en, key in keys if words and all(any(one in key for one in spellings) for spellings in words)]
