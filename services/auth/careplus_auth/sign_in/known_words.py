"""Words and numbers that a stranger tries first at a hospital: its trade, its name, months, years. Pure functions."""

import re
import unicodedata

MIN_OTHER = 4
"""So many letters and digits have to be left without the known words."""

TRADE = re.findall(
    r"[a-z]+",
    """
    hospital clinic careplus doctor nurse patient admin administrator reception laboratory labor labs medical medicine health
    healthcare surgery ward staff welcome password passwort kennwort willkommen secret geheim login user summer winter spring
    autumn sommer herbst fruehling fruhling krankenhaus klinik klinikum praxis arzt aerztin arztin doktor schwester pfleger pflege
    patientin empfang verwaltung medizin gesundheit station spital
""",
)
MONTHS = re.findall(
    r"[a-z]+",
    """
    january february march april may june july august september october november december januar februar maerz marz mai juni juli
    oktober dezember jan feb mar apr jun jul aug sep sept oct okt nov dec dez
""",
)
SHAPES = str.maketrans(
    {"0": "o", "1": "i", "3": "e", "4": "a", "5": "s", "7": "t", "8": "b", "@": "a", "$": "s", "!": "i", "|": "l"}
)
"""Digits and signs that people write for a letter."""
_DATE = re.compile(r"(?<!\d)(?:(?:0?[1-9]|1[0-2])[./-]?)?(?:19|20)?\d\d(?!\d)")
"""A year, or a month and a year."""


def is_made_of_known_words(password: str, *about: str) -> bool:
    """Return whether little is left of a password without known words, years and the words of `about`."""
    plain = _folded(password)
    words = {*TRADE, *MONTHS, *(word for text in about for word in _words(text) if len(word) > 1)}
    # a digit is a year's in one reading and a letter in the other
    return any(_left(text, words) < MIN_OTHER for text in (plain, _spelled_out(plain)))


def _left(text: str, words: set[str]) -> int:
    """Return how many letters and digits are left without the words and dates."""
    if not (any(word in text for word in words if len(word) >= MIN_OTHER) or _words(text) & words):
        return len(text)
    text = _DATE.sub(" ", text)
    # the longest first, or "administrator" would leave "istrator"
    for word in sorted((one for one in words if len(one) >= MIN_OTHER), key=len, reverse=True):
        text = text.replace(word, " ")
    return sum(len(one) for one in re.findall(r"[^\W_]+", text) if one.strip("0123456789") not in words)


def _words(text: str) -> set[str]:
    return set(re.findall(r"[^\W\d_]+", _folded(text)))


def _folded(text: str) -> str:
    """Return the text in lower case without accents."""
    letters = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


def _spelled_out(text: str) -> str:
    # signs and years at the end stand for themselves: Hospital2026!
    body = text.rstrip("!?.,;:*#+-_")
    tail = re.search(r"\d+$", body)
    return body.translate(SHAPES) if tail is None else body[: tail.start()].translate(SHAPES) + tail[0]
