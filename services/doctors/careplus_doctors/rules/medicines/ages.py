"""Medicines that the patient's age rules out, and the children without doses in the list."""

from collections.abc import Iterator, Sequence

from careplus_contracts.medicines import Alert, AlertKind, AlertSeverity
from careplus_doctors.rules.medicines.alerts import both
from careplus_doctors.rules.medicines.medicine_list import MedicineList
from careplus_doctors.rules.medicines.reading.taking import Taking

YEAR = 365.25
ADULT = 18


def check_ages(medicines: MedicineList, new: Sequence[Taking], age_days: int | None) -> Iterator[Alert]:
    """Yield the alerts of an age; none if the birth date is not known."""
    if age_days is None:
        return
    years = age_days / YEAR
    for taking in new:
        if years < ADULT:
            yield _child(taking)
        for rule in medicines.ages:
            applies = years < rule.below if rule.below else years >= (rule.from_age or 0)
            for substance in sorted(medicines.members_of(rule.medicine) & set(taking.substances)) if applies else ():
                against = f"< {rule.below}" if rule.below else f"≥ {rule.from_age}"
                yield Alert(
                    key=f"dose:age:{substance}:{rule.below or rule.from_age}",
                    kind=AlertKind.DOSE,
                    severity=rule.severity,
                    medicine=taking.item.medicine,
                    against=against,
                    why=rule.why,
                    source=rule.source,
                )


def _child(taking: Taking) -> Alert:
    what = " ".join(taking.item.medicine.casefold().split())[:100]
    return Alert(
        key=f"dose:child:{what}",
        kind=AlertKind.DOSE,
        severity=AlertSeverity.INFORM,
        medicine=taking.item.medicine,
        against=f"< {ADULT}",
        why=both(
            "The limits of the list are for adults. The dose for a child was not checked.",
            "Die Grenzen der Liste gelten für Erwachsene. Die Dosis für ein Kind wurde nicht geprüft.",
        ),
        source="docs/medicines.md",
    )
