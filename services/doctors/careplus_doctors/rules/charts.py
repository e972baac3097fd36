"""What an allergy forbids, and what somebody may look for among their patients."""

import re
import unicodedata
from collections.abc import Iterable
from datetime import date

from careplus_contracts.allergies import Allergy, AllergyConflict, AllergyMatch, AllergyStatus

_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


def allergy_status(allergies: Iterable[object], no_known_allergies: bool) -> AllergyStatus:
    if any(True for _ in allergies):
        return AllergyStatus.NOTED
    return AllergyStatus.NONE_KNOWN if no_known_allergies else AllergyStatus.NOT_ASKED


def check_allergies(medicines: Iterable[str], allergies: Iterable[Allergy], override_reason: str | None) -> None:
    """Raise AllergyConflict for a medicine whose name holds every word of a substance, unless there is a reason."""
    noted = list(allergies)
    conflicts = [
        AllergyMatch(medicine=medicine, substance=allergy.substance, severity=allergy.severity, reaction=allergy.reaction)
        for medicine in medicines
        for allergy in noted
        if (substance := _words(allergy.substance)) and substance <= _words(medicine)
    ]
    if conflicts and override_reason is None:
        found = ", ".join(sorted({conflict.substance for conflict in conflicts}))
        raise AllergyConflict(
            f"The patient is allergic: {found}. Choose something else, or say why in override_reason.", conflicts=conflicts
        )


def day_meant(q: str) -> date | None:
    """The day, if that is what somebody typed."""
    try:
        return date.fromisoformat(q) if _DAY.fullmatch(q) else None
    except ValueError:
        return None


def is_named(full_name: str, wanted: str) -> bool:
    """Whether that is the whole name; capitals and spaces do not matter."""
    return _plain(full_name) == _plain(wanted)


def _plain(name: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


def _words(name: str) -> set[str]:
    return set(re.findall(r"\w+", unicodedata.normalize("NFKC", name).casefold()))
