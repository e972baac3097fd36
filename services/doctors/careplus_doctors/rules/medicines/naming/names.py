"""The names of the list, found in texts as people write them."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from careplus_doctors.rules.medicines.naming.folding import LONG, name_key, words

SALTS = frozenset(
    name_key(name)
    for name in ("potassium", "kalium", "sodium", "natrium", "calcium", "kalzium", "magnesium", "zinc", "zink", "lithium")
)
"""Minerals that are only the salt of a medicine when they stand beside its name: losartan potassium."""
MOST_WORDS = 5
ENDINGS = frozenset({"s", "e", "n", "en", "es"})
"""Of plurals, as they sound."""
_BETWEEN = re.compile(r"[+/&,;()|]")


@dataclass(frozen=True, slots=True)
class NameIndex:
    """Names by their keys; `beginnings` are the ones that also stand for longer words: metoprolol for Metoprololsuccinat.

    A brand or a short name of a class takes an ending only: Ametop is no beginning of amethopterin.
    """

    entries: dict[str, str]
    beginnings: frozenset[str]

    def find(self, text: str) -> list[str]:
        """Return the entries that a text names, each once, in the order of the text."""
        return list(dict.fromkeys(entry for part in _parts_of(text) for entry in self._in_part(part)))

    def _in_part(self, spoken: tuple[str, ...]) -> Iterator[str]:
        end = 0
        for start, length, entry in self._walk(spoken):
            is_salt = 0 < end == start and length == 1 and spoken[start] in SALTS
            if not is_salt:
                yield entry
            end = start + length

    def _walk(self, spoken: tuple[str, ...]) -> Iterator[tuple[int, int, str]]:
        start = 0
        while start < len(spoken):
            length, entry = self._longest(spoken, start)
            if entry is not None:
                yield start, length, entry
            start += length

    def _longest(self, spoken: tuple[str, ...], start: int) -> tuple[int, str | None]:
        for length in range(min(MOST_WORDS, len(spoken) - start), 0, -1):
            entry = self.entries.get(" ".join(spoken[start : start + length]))
            if entry is not None:
                return length, entry
        return 1, self._beginning(spoken[start])

    def _beginning(self, word: str) -> str | None:
        """Return the entry of the longest name with which a longer word begins, such as a salt or a plural."""
        for length in range(len(word) - 1, LONG - 1, -1):
            entry = self.entries.get(word[:length])
            if entry is not None and (word[:length] in self.beginnings or word[length:] in ENDINGS):
                return entry
        return None


@lru_cache(maxsize=4096)
def _parts_of(text: str) -> tuple[tuple[str, ...], ...]:
    """Return the words between signs that separate substances: magnesium after a sign is no salt."""
    return tuple(tuple(words(part)) for part in _BETWEEN.split(text))


def keys_of(names: Iterable[str]) -> set[str]:
    """Return the keys of names; a name of several words is found when they are written as one, too."""
    keys = {name_key(name) for name in names}
    joined = {name_key("".join(key.split())) for key in keys if " " in key}
    return keys | {key for key in joined if len(key) >= LONG}
