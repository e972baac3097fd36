"""Keys of names: the stored text that a search, a sort or a comparison reads instead of the name. Pure functions.

Databases fold the letters A to Z only, and each in its own way; these functions give the same keys everywhere.
"""

import re
import unicodedata

MAX_SORT_KEY = 80
"""Characters of a sort key, so that a cursor that carries one stays short; people with an equal start follow by id."""
_TITLES = {"dr", "dra", "prof", "pd", "dipl", "med", "dent"}
_LETTERS = str.maketrans(
    {
        **{"œ": "oe", "æ": "ae", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ħ": "h", "ŧ": "t", "ŋ": "n", "ı": "i"},
        **dict.fromkeys("’‘ʼʹ′`´＇", "'"),
        **dict.fromkeys("‐‑‒–—−", "-"),
        **dict.fromkeys(",;،؛、", " "),
    }
)
_SPELLED_OUT = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "å": "aa", "ø": "oe"})
_SPELLED_VOWEL = re.compile(r"([aou])e")
_JOINTS = re.compile(r"['-]")
FEWEST_DIGITS = 6
"""A number with fewer digits, such as an extension, belongs to many people."""
_SOUNDS = (("dt", "t"), ("th", "t"), ("ph", "f"), ("ck", "k"), ("tz", "z"), ("y", "i"), ("ei", "ai"))
_DOUBLED = re.compile(r"(.)\1+")


def fold(text: str) -> str:
    """Return the text in small letters without accents and invisible characters; commas are spaces, and spaces are single."""
    composed = unicodedata.normalize("NFC", text.casefold()).translate(_LETTERS)
    letters = unicodedata.normalize("NFKD", composed)
    kept = "".join(one for one in letters if not unicodedata.combining(one) and unicodedata.category(one) != "Cf")
    # NFKD returns capitals and full-width commas of its own
    return " ".join(kept.casefold().translate(_LETTERS).split())


def search_key(*texts: str | None) -> str:
    """Return the words that a search finds: as `fold` writes them, and each other spelling of a word once at the end.

    `Müller` is found as `muller` and `mueller`, `O'Brien` as `obrien` too.
    """
    words = _spellings(" ".join(text for text in texts if text))
    first = [spellings[0] for spellings in words]
    others = [spelling for spellings in words for spelling in spellings[1:]]
    return " ".join([*first, *dict.fromkeys(others)])


def search_words(wanted: str) -> list[tuple[str, ...]]:
    """Return the words of a search, each as the spellings of which a search key must hold one; none for a blank text."""
    return list(dict.fromkeys(tuple(one.rstrip(".") or one for one in spellings) for spellings in _spellings(wanted)))


def sort_key(full_name: str) -> str:
    """Return the key that people are sorted by: the name in the order in which pages show it, without titles before it.

    Accents and case do not count: `Ärzte` is beside `Arzte` (DIN 5007-1), `de Vries` is under D, `Dr Ama Osei` under A. A name
    has no marked family name, so a guess would scatter people whose family name comes first, or has two words.
    """
    words = fold(full_name).split()
    start = next((number for number, word in enumerate(words) if word.strip(".") not in _TITLES), 0)
    return " ".join(words[start:])[:MAX_SORT_KEY]


def equality_key(text: str) -> str:
    """Return the key that is equal for spellings of one name: `Öffentliche`, `oeffentliche` and `OFFENTLICHE`."""
    joined = fold(text).replace("-", " ").replace("'", "").replace(".", " ")
    return " ".join(_SPELLED_VOWEL.sub(r"\1", joined).split()) or fold(text)


def likeness_key(full_name: str) -> str:
    """Return the first and the last word of a name in alphabetical order, without letters that only the spelling adds.

    It is equal for `Anna Maria Schmidt`, `Schmitt Anna` and `Dr Anna Schmid`: likely one person, if other details agree.
    """
    words = [word for word in equality_key(full_name).split() if word not in _TITLES] or equality_key(full_name).split()
    return " ".join(sorted({_as_heard(word) for word in (words[0], words[-1])})) if words else ""


def phone_key(phone: str | None) -> str | None:
    """Return the last nine digits of a phone number, which are equal with and without the country; None for a short one."""
    digits = re.sub(r"[^0-9]", "", phone or "")
    return digits[-9:] if len(digits) >= FEWEST_DIGITS else None


def _as_heard(word: str) -> str:
    for letters, sound in _SOUNDS:
        word = word.replace(letters, sound)
    return _DOUBLED.sub(r"\1", word)


def is_same_name(one: str, other: str) -> bool:
    """Return whether two names have the same words in any order, in any spelling."""
    return sorted(equality_key(one).split()) == sorted(equality_key(other).split())


def _spellings(text: str) -> list[tuple[str, ...]]:
    """Return each word as `fold` writes it, then with umlauts spelled out, then without apostrophes and hyphens."""
    composed = unicodedata.normalize("NFC", text.casefold())
    words = zip(fold(text).split(), fold(composed.translate(_SPELLED_OUT)).split(), strict=True)
    return [tuple(dict.fromkeys((word, spelled, _JOINTS.sub("", word) or word))) for word, spelled in words]
