"""Names of medicines as they are compared: case, accents, umlauts and German or English spelling do not count."""

import re
import unicodedata
from functools import lru_cache

LONG = 6
"""A name of so many letters is compared by its sound and also stands for longer words that begin with it."""
_WORD = re.compile(r"[^\W_]+")
_DOUBLED = re.compile(r"([a-z])\1+")
_SOUNDS = (
    (re.compile(r"([aou])e"), r"\1"),  # umlauts that are spelled out
    (re.compile(r"ph"), "f"),
    (re.compile(r"th"), "t"),
    (re.compile(r"y"), "i"),
    (re.compile(r"c(?=[ei])"), "z"),
    (re.compile(r"c"), "k"),
    (_DOUBLED, r"\1"),
    (re.compile(r"e$"), ""),  # the English ending of amlodipine
)


def plain(text: str) -> str:
    """Return the text in small letters without accents."""
    letters = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold())
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


@lru_cache(maxsize=16384)
def sound(word: str) -> str:
    """Return a plain word as it is compared: `amoxizillin` as `amoxicilline`; a short word only without accents."""
    if len(word) < LONG or word.isdecimal():
        return word
    for spelled, same in _SOUNDS:
        word = spelled.sub(same, word)
    return word


def words(text: str) -> list[str]:
    """Return the words of a text as they are compared."""
    return [sound(word) for word in _WORD.findall(plain(text))]


def plain_key(name: str) -> str:
    """Return the words of a name without their sound, as a search compares the beginning of a name."""
    return " ".join(_WORD.findall(plain(name)))


def name_key(name: str) -> str:
    """Return the key that is equal for spellings of one name, which may have several words."""
    return " ".join(words(name))
