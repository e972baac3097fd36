"""Finds known phrases in typed text: words in any order, singular or plural, in any spelling, with one slip. Pure functions.

English and German words are treated alike, because people type both into one field.
"""

import re
import tomllib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, NamedTuple, TypeVar

from careplus_clinic.search_keys import fold

T = TypeVar("T")
PAIN = "schmerz"
"""The stem that stands for all words of pain: "knee hurts" and "Knie tut weh" are a part of the body and this stem."""
_LISTS = tomllib.loads((Path(__file__).parent / "data" / "small_words.toml").read_text(encoding="utf-8"))
_PAIN_WORDS, _SMALL_WORDS = frozenset(_LISTS["pain"]), frozenset(_LISTS["small"])
_HEADS = re.compile(r"(?P<first>\w{3,}?)(?:schmerzen|schmerz|weh|ache|aches)")
"""Compounds of a part of the body and pain: Knieschmerzen, Bauchweh, stomachache."""
_WORD = re.compile(r"\w+")
_JOINED = re.compile(r"(?<=\w)['.](?=\w)")
_SPELLED_VOWEL = re.compile(r"([aou])e")
_SLIP_FROM = 5
"""Shorter words are too much alike: one slip turns Haut into laut."""
_SWAP_FROM = 4


class Token(NamedTuple):
    """One stem of a text, and the number of the typed word that it is of."""

    stem: str
    word: int


@dataclass(frozen=True)
class Hit(Generic[T]):
    """A phrase that stands in the text."""

    phrase: str
    meaning: T
    words: frozenset[int]
    """The numbers of the typed words that it covers."""
    size: int
    """Letters of its stems; the longer of two phrases over the same words is the better one."""
    slipped: bool
    """Whether a word had a slip."""


class Phrases(Generic[T]):
    """Phrases with their meanings, indexed for search."""

    def __init__(self, entries: Iterable[tuple[str, T]]) -> None:
        self._entries: list[tuple[str, T, frozenset[str]]] = []
        self._by_stem: dict[str, list[int]] = defaultdict(list)
        self._by_deletion: dict[str, set[str]] = defaultdict(set)
        self._by_letter: dict[str, list[tuple[str, T, list[str]]]] = defaultdict(list)
        for phrase, meaning in dict.fromkeys(entries):
            known = words(phrase)
            for letter in {word[0] for word in known}:
                self._by_letter[letter].append((phrase, meaning, known))
            for stems in _forms(phrase):
                for stem in stems:
                    self._by_stem[stem].append(len(self._entries))
                self._entries.append((phrase, meaning, stems))
        for stem in self._by_stem:
            for shorter in _deletions(stem):
                self._by_deletion[shorter].add(stem)

    def find(self, text: str, *, slips: bool = True) -> list[Hit[T]]:
        """Return the phrases in the text, the longest first; each once."""
        found: dict[str, tuple[int, bool]] = {}
        for token in tokens(text):
            for stem, slipped in self._known(token.stem, slips=slips):
                if stem not in found or (found[stem][1] and not slipped):
                    found[stem] = token.word, slipped
        numbers = {number for stem in found for number in self._by_stem[stem]}
        hits: dict[str, Hit[T]] = {}
        for number in sorted(numbers):
            phrase, meaning, stems = self._entries[number]
            if stems <= found.keys():
                words = frozenset(found[stem][0] for stem in stems)
                hit = Hit(phrase, meaning, words, sum(map(len, stems)), any(found[stem][1] for stem in stems))
                if phrase not in hits or hit.size > hits[phrase].size:
                    hits[phrase] = hit
        return sorted(hits.values(), key=lambda hit: -hit.size)

    def starting(self, text: str) -> Iterator[tuple[str, T]]:
        """Return the phrases in which each typed word begins a word, as suggestions during typing."""
        wanted = [word for word in words(text) if word not in _SMALL_WORDS] or words(text)
        for phrase, meaning, known in self._by_letter.get(wanted[0][0], ()) if wanted else ():
            if all(any(one.startswith(word) for one in known) for word in wanted):
                yield phrase, meaning

    def _known(self, stem: str, *, slips: bool) -> Iterator[tuple[str, bool]]:
        spelled = _SPELLED_VOWEL.sub(r"\1", stem)
        if exact := [one for one in dict.fromkeys((stem, spelled)) if one in self._by_stem]:
            yield from ((one, False) for one in exact)
        elif slips and len(stem) >= _SWAP_FROM:
            for typed in dict.fromkeys((stem, spelled)):
                near = {one for shorter in _deletions(typed) for one in self._by_deletion.get(shorter, ())}
                yield from ((one, True) for one in sorted(near) if is_slip(typed, one))


def longest(hits: Iterable[Hit[T]]) -> list[Hit[T]]:
    """Return the hits that no longer hit covers: "chest pain" leaves no "chest"."""
    kept = list(hits)
    return [one for one in kept if not any(one.words <= other.words and one.size < other.size for other in kept)]


def words(text: str) -> list[str]:
    """Return the words of a text as `fold` writes them, without apostrophes and with hyphens as spaces."""
    return _WORD.findall(_JOINED.sub("", fold(text)))


def tokens(text: str) -> list[Token]:
    """Return the stems of a text without small words; a compound with pain gives its own stem and the ones of its parts."""
    found: list[Token] = []
    for number, word in enumerate(words(text)):
        if word in _PAIN_WORDS:
            found.append(Token(PAIN, number))
        elif word not in _SMALL_WORDS:
            found.append(Token(stem_of(word), number))
            if compound := _HEADS.fullmatch(word):
                found += Token(stem_of(compound["first"]), number), Token(PAIN, number)
    return found


def is_small(word: str) -> bool:
    """Return whether a word alone is too vague for a search, like pain."""
    return word in _SMALL_WORDS or word in _PAIN_WORDS


def stem_of(word: str) -> str:
    """Return the word without endings of plural and case: Augen and Auge, knees and knee are the same stem."""
    if word.endswith("s") and not word.endswith("ss") and len(word) > 3:
        word = word[:-1]
    if word.endswith("ing") and len(word) > 6:
        word = word[:-3]
    for _ in range(2):
        if word.endswith(("e", "n")) and len(word) > 4:
            word = word[:-1]
    return word


def is_slip(one: str, other: str) -> bool:
    """Return whether two words differ by one letter more, less or other, or by two neighbours in the wrong order."""
    if one == other or abs(len(one) - len(other)) > 1:
        return False
    start = next((place for place, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    rest, other_rest = one[start:], other[start:]
    if len(one) == len(other) and rest[:2] == other_rest[1::-1] and rest[2:] == other_rest[2:]:
        return len(one) >= _SWAP_FROM
    if max(len(one), len(other)) < _SLIP_FROM:
        return False
    return rest[1:] == other_rest[1:] or rest == other_rest[1:] or rest[1:] == other_rest


def _forms(phrase: str) -> list[frozenset[str]]:
    """Return the stems of a phrase, and for compounds with pain also the ones of their parts."""
    found = tokens(phrase)
    of_word = Counter(token.word for token in found)
    # the first stem of a compound is its own, the ones of its parts follow
    whole = {token.word: token.stem for token in reversed(found)}
    parts = frozenset(token.stem for token in found if of_word[token.word] == 1 or token.stem != whole[token.word])
    return list(dict.fromkeys((frozenset(whole.values()), parts))) if found else []


def _deletions(stem: str) -> set[str]:
    """Return the stem and each text that lacks one of its letters: words with one slip between them share one."""
    return {stem, *(stem[:place] + stem[place + 1 :] for place in range(len(stem)))} if len(stem) >= _SWAP_FROM else {stem}
