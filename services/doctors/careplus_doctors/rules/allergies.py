"""Allergies that rule out a medicine: known substances are found in notes as people write them, in English and German."""

import re
import unicodedata
from collections.abc import Iterator

from careplus_contracts.allergies import AllergyCheck
from careplus_doctors.rules.medicines.naming.note_words import ENDING, NO_SUBSTANCE
from careplus_doctors.rules.substances import CLASSES, SUBSTANCES

PREFIX = 6
"""A name of so many letters also matches longer words, such as plurals, salts and German compounds; a shorter one only itself."""
_NO_SUBSTANCE = frozenset(NO_SUBSTANCE.split())


def name_of(word: str) -> str:
    """Return a name as it is compared: doubled letters once, as in penicilin, unless the name is short."""
    return _single(word) if len(word) >= PREFIX else word


def _single(word: str) -> str:
    return re.sub(r"(.)\1+", r"\1", word)


_SUBSTANCES = [frozenset(map(name_of, names.split())) for names in SUBSTANCES]
_BY_NAME: dict[str, set[str]] = {}
"""All names that a name rules out: the ones of each substance that it names, or of each member of the class."""
for _names in _SUBSTANCES:
    for _name in _names:
        _BY_NAME.setdefault(_name, set()).update(_names)
_SUBSTANCE_NAMES = {name: frozenset(names) for name, names in _BY_NAME.items()}
for _named, _members in CLASSES:
    _class = frozenset(map(name_of, _named.split()))
    _all = _class.union(*(_SUBSTANCE_NAMES[member] for member in map(name_of, _members.split())))
    for _name in _class:
        _BY_NAME.setdefault(_name, set()).update(_all)


def check_of(note: str) -> AllergyCheck:
    """Return the names with which a note rules out a medicine: all names of each substance in it, and its own words.

    A negation is not read: "no penicillin allergy" rules out penicillin, and the prescriber sees the note.
    """
    words = [variant for word in words_of(note) for variant in {word, ENDING.sub("", word)}]
    found = [ruled_out for word in words for name in _beginnings(word) if (ruled_out := _BY_NAME.get(name))]
    own = {name_of(word) for word in words if len(word) > 2 and not word.isdecimal() and word not in _NO_SUBSTANCE}
    return AllergyCheck(substance=note, names=sorted(own.union(*found)), known=bool(found))


def is_named(word: str, name: str) -> bool:
    """Return whether a word is this name, or begins with a long one."""
    single = _single(word)
    return name in (word, single) or (len(name) >= PREFIX and single.startswith(name))


def _beginnings(word: str) -> Iterator[str]:
    """Yield each name that is_named finds for a word."""
    single = _single(word)
    yield from {word, single, *(single[:length] for length in range(PREFIX, len(single)))}


def words_of(text: str) -> Iterator[str]:
    """Yield words in lower case without accents."""
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold())
    letters = "".join(letter for letter in plain if not unicodedata.combining(letter))
    yield from re.findall(r"[^\W_]+", letters)
