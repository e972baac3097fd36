"""Whether allergies are recorded, and the search among a doctor's patients."""

import re
from collections.abc import Iterable
from datetime import date

from careplus_clinic.search_keys import equality_key
from careplus_contracts.allergies import AllergyStatus

_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


def allergy_status(allergies: Iterable[object], no_known_allergies: bool) -> AllergyStatus:
    """Return whether allergies are recorded, none are known, or the patient was not asked."""
    if any(True for _ in allergies):
        return AllergyStatus.NOTED
    return AllergyStatus.NONE_KNOWN if no_known_allergies else AllergyStatus.NOT_ASKED


def named_twice(substances: Iterable[str]) -> int | None:
    """Return the place of the first substance that is named before it, in any spelling (`equality_key`)."""
    seen: set[str] = set()
    for place, key in enumerate(map(equality_key, substances)):
        if key in seen:
            return place
        seen.add(key)
    return None


def parse_day(q: str) -> date | None:
    """Return the day that a search names as `YYYY-MM-DD`, or None."""
    try:
        return date.fromisoformat(q) if _DAY.fullmatch(q) else None
    except ValueError:
        return None


def phone_end(phone: str | None) -> str | None:
    """Return the last three digits of a phone number, without its extension: they tell people apart and call no one."""
    digits = re.sub(r"[^0-9]", "", (phone or "").partition("ext.")[0])
    return digits[-3:] or None
