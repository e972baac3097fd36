"""Recorded allergies against new medicines: the same substance, a member of the recorded class, or a possible cross-reaction."""

import re
from collections.abc import Iterator, Sequence

from careplus_contracts.allergies import Allergy, Severity
from careplus_contracts.medicines import Alert, AlertKind, AlertSeverity
from careplus_doctors.rules.medicines.alerts import both
from careplus_doctors.rules.medicines.entries import CrossReaction
from careplus_doctors.rules.medicines.medicine_list import MedicineList
from careplus_doctors.rules.medicines.naming.folding import LONG, plain, words
from careplus_doctors.rules.medicines.naming.note_words import ENDING, NO_SUBSTANCE
from careplus_doctors.rules.medicines.reading.taking import Taking

RECORDED = "Recorded allergy; product information, section 4.3"
_NO_NAME = frozenset(words(NO_SUBSTANCE))
_WORD = re.compile(r"[^\W_]+")


def named_in(medicines: MedicineList, note: str) -> list[str]:
    """Return the substances and classes that a note about an allergy names; a combination stands for its substances."""
    spoken = " ".join(ENDING.sub("", word) for word in _WORD.findall(plain(note)))
    found = [*medicines.names.find(note), *medicines.names.find(spoken)]
    parts = (medicines.combinations[entry].of if entry in medicines.combinations else (entry,) for entry in found)
    return list(dict.fromkeys(part for of in parts for part in of))


def check_allergies(medicines: MedicineList, new: Sequence[Taking], allergies: Sequence[Allergy]) -> Iterator[Alert]:
    """Yield the alerts of each new medicine with each recorded allergy."""
    for allergy in allergies:
        recorded = named_in(medicines, allergy.substance)
        for taking in new:
            found = [
                alert
                for entry in recorded
                for substance in taking.substances
                for alert in _compare(medicines, allergy, entry, taking, substance)
            ]
            yield from found or _by_words(allergy, taking)


def _compare(medicines: MedicineList, allergy: Allergy, entry: str, taking: Taking, substance: str) -> Iterator[Alert]:
    name, group = medicines.name_of(substance), medicines.name_of(entry)
    if substance == entry:
        why = both(f"An allergy to {group.en} is recorded.", f"Eine Allergie gegen {group.de} ist vermerkt.")
    elif substance in medicines.members_of(entry) or entry in medicines.members_of(substance):
        why = both(
            f"An allergy to {group.en} is recorded, and {name.en} is one of this group.",
            f"Eine Allergie gegen {group.de} ist vermerkt, und {name.de} gehört zu dieser Gruppe.",
        )
    else:
        if rule := _cross_reaction(medicines, entry, substance):
            severe = rule.severe if rule.severe and allergy.severity == Severity.SEVERE else rule.severity
            key = f"class:{entry}:{substance}"
            yield _alert(key, AlertKind.CLASS, severe, taking, allergy).model_copy(
                update={"why": rule.why, "source": rule.source}
            )
        return
    key = f"allergy:{entry}:{substance}"
    yield _alert(key, AlertKind.ALLERGY, AlertSeverity.STOP, taking, allergy).model_copy(update={"why": why})


def _cross_reaction(medicines: MedicineList, entry: str, substance: str) -> CrossReaction | None:
    """Return the most severe rule about the two, in either direction."""

    def meets(recorded: str, prescribed: str, rule: CrossReaction) -> bool:
        is_listed = entry in medicines.members_of(recorded) and substance in medicines.members_of(prescribed)
        return is_listed and entry not in rule.unless and substance not in rule.unless

    found = [one for one in medicines.cross_reactions if meets(one.a, one.b, one) or meets(one.b, one.a, one)]
    order = tuple(AlertSeverity)
    return min(found, key=lambda one: (order.index(one.severity), one.a, one.b), default=None)


def _by_words(allergy: Allergy, taking: Taking) -> Iterator[Alert]:
    """Yield an alert if the medicine has a word of the note, for substances that the list does not know."""
    noted = {word for word in words(allergy.substance) if len(word) > 2 and not word.isdecimal() and word not in _NO_NAME}
    spoken = words(taking.item.medicine)
    same = sorted(note for note in noted if any(word == note or (len(note) >= LONG and word.startswith(note)) for word in spoken))
    if same:
        why = both(
            f"The recorded allergy has the word {same[0]!r}, as the medicine does.",
            f"Die vermerkte Allergie enthält das Wort „{same[0]}“, wie das Arzneimittel auch.",
        )
        key = f"allergy:text:{same[0][:60]}:{' '.join(spoken)[:100]}"
        yield _alert(key, AlertKind.ALLERGY, AlertSeverity.STOP, taking, allergy).model_copy(update={"why": why})


def _alert(key: str, kind: AlertKind, severity: AlertSeverity, taking: Taking, allergy: Allergy) -> Alert:
    return Alert(
        key=key,
        kind=kind,
        severity=severity,
        medicine=taking.item.medicine,
        against=allergy.substance,
        why=both("An allergy is recorded.", "Eine Allergie ist vermerkt."),
        source=RECORDED,
    )
