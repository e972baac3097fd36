"""Accession numbers: the codes on the labels of specimens, with a check character. Pure functions.

The check character is ISO/IEC 7064's hybrid system with the pair of moduli 31 and 30, for the 30 characters of `ALPHABET`. It
finds every single wrong character, and 468 of 469 pairs of neighbours that changed places. `hides_a_swap` names the numbers with
such a pair; new numbers are drawn without them, so that both usual errors of hands and eyes are found.
"""

import re

ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Digits and capitals that are not mistaken for each other; Code 128 has them all."""
LENGTH = 9
_SEPARATORS = re.compile(r"[\W_]+")
_NUMBER = re.compile(f"[{ALPHABET}]{{{LENGTH}}}")


def with_check(body: str) -> str:
    """Return the characters of an accession number with their check character."""
    modulus = len(ALPHABET)
    carried = modulus
    for character in body:
        carried = ((carried + ALPHABET.index(character)) % modulus or modulus) * 2 % (modulus + 1)
    return body + ALPHABET[(modulus + 1 - carried) % modulus]


def hides_a_swap(number: str) -> bool:
    """Return whether two neighbours of an accession number can change places without a wrong check character."""
    places = range(len(number) - 1)
    swapped = {number[:at] + number[at + 1] + number[at] + number[at + 2 :] for at in places} - {number}
    return any(is_accession(one) for one in swapped)


def compact(text: str) -> str:
    """Return a typed or scanned code in capitals, without spaces, hyphens and other signs."""
    return _SEPARATORS.sub("", text).upper()


def is_accession(text: str) -> bool:
    """Return whether a compact text is an accession number with the right check character."""
    return _NUMBER.fullmatch(text) is not None and with_check(text[:-1]) == text
