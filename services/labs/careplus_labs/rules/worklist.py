"""The meaning of a search of the worklist: a number, or words of a name and a date of birth."""

import re
from datetime import date
from typing import NamedTuple

from careplus_clinic.accessions import ALPHABET, compact, is_accession

_REFERENCE = re.compile(f"LB([{ALPHABET}]{{4}})([{ALPHABET}]{{4}})")
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


class Sought(NamedTuple):
    """Every part that is not None or empty must fit; `accession` and `reference` stand for all others."""

    accession: str | None
    reference: str | None
    born: date | None
    words: str


def read_search(text: str) -> Sought:
    """Return the parts of a search."""
    code = compact(text)
    accession = code if is_accession(code) else None
    found = _REFERENCE.fullmatch(code)
    reference = f"LB-{found[1]}-{found[2]}" if found else None
    days = [day for word in text.split() if (day := _day(word)) is not None]
    words = " ".join(word for word in text.split() if _day(word) is None)
    return Sought(accession, reference, days[0] if days else None, words)


def _day(word: str) -> date | None:
    try:
        return date.fromisoformat(word) if _DAY.fullmatch(word) else None
    except ValueError:
        return None
