"""Medicines that hurt together: interactions and duplicates, among the new ones and with those that are taken already."""

from collections.abc import Iterator, Sequence

from careplus_contracts.medicines import Alert, AlertKind, AlertSeverity
from careplus_doctors.rules.medicines.alerts import SEVERITIES, both, lowered
from careplus_doctors.rules.medicines.medicine_list import MedicineList
from careplus_doctors.rules.medicines.reading.taking import Taking

RECONCILIATION = "NICE NG5, medicines optimisation: medicines reconciliation"


def check_pairs(medicines: MedicineList, new: Sequence[Taking], active: Sequence[Taking]) -> Iterator[Alert]:
    """Yield the interactions and duplicates of each new medicine with every other one."""
    for number, one in enumerate(new):
        for other in new[number + 1 :]:
            # the same alert in whichever order the two were typed
            first, second = (one, other) if one.item.medicine <= other.item.medicine else (other, one)
            yield from _pair(medicines, first, second)
        for other in active:
            yield from _pair(medicines, one, other)


def _pair(medicines: MedicineList, one: Taking, other: Taking) -> Iterator[Alert]:
    is_local = one.is_local or other.is_local
    for substance in one.substances:
        for second in other.substances:
            if substance == second:
                yield _same(medicines, substance, one, other, is_local)
                continue
            low, high = sorted((substance, second))
            if rule := medicines.interaction_of.get((low, high)):
                yield Alert(
                    key=f"interaction:{low}:{high}",
                    kind=AlertKind.INTERACTION,
                    severity=lowered(rule.severity) if is_local else rule.severity,
                    medicine=one.item.medicine,
                    against=other.item.medicine,
                    why=rule.why,
                    source=rule.source,
                )
            yield from _same_class(medicines, (low, high), one, other, is_local)


def _same(medicines: MedicineList, substance: str, one: Taking, other: Taking, is_local: bool) -> Alert:
    name = medicines.name_of(substance)
    return Alert(
        key=f"duplicate:{substance}",
        kind=AlertKind.DUPLICATE,
        severity=AlertSeverity.INFORM if is_local else AlertSeverity.WARN,
        medicine=one.item.medicine,
        against=other.item.medicine,
        why=both(f"Both contain {name.en}: the doses add up.", f"Beide enthalten {name.de}: Die Dosen addieren sich."),
        source=RECONCILIATION,
    )


def _same_class(medicines: MedicineList, pair: tuple[str, str], one: Taking, other: Taking, is_local: bool) -> Iterator[Alert]:
    shared = medicines.classes_of.get(pair[0], frozenset()) & medicines.classes_of.get(pair[1], frozenset())
    found = sorted(
        (SEVERITIES.index(group.duplicate), name, group)
        for name in shared
        if (group := medicines.classes[name]).duplicate is not None
    )
    if found:
        weight, _, group = found[0]
        severity = SEVERITIES[weight]
        yield Alert(
            key=f"duplicate:{pair[0]}:{pair[1]}",
            kind=AlertKind.DUPLICATE,
            severity=lowered(severity) if is_local else severity,
            medicine=one.item.medicine,
            against=other.item.medicine,
            why=both(
                f"Both belong to one class: {group.en}. Together they add harm more than effect.",
                f"Beide gehören zu einer Klasse: {group.de}. Zusammen schaden sie eher, als dass sie besser wirken.",
            ),
            source=group.source or RECONCILIATION,
        )
