"""Medicines that hurt together: interactions and duplicates, among the new ones and with the ones that are taken already."""

from collections.abc import Iterator, Sequence

from careplus_contracts.medicines import Alert, AlertKind, AlertSeverity
from careplus_doctors.rules.medicines.alerts import SEVERITIES, both, lowered
from careplus_doctors.rules.medicines.entries import Interaction
from careplus_doctors.rules.medicines.medicine_list import MedicineList
from careplus_doctors.rules.medicines.reading.taking import Taking

LITTLE = both("By this route less of it reaches the blood.", "Auf diesem Weg gelangt weniger davon ins Blut.")
HARM = both("Together they add harm more than effect.", "Zusammen schaden sie eher, als dass sie besser wirken.")
INTENDED = both("Check that both are intended.", "Prüfen, ob beide gewollt sind.")
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
            rule = medicines.interaction_of.get((low, high))
            if rule:
                yield _interaction(rule, f"interaction:{low}:{high}", one, other, is_local)
            yield from _same_class(medicines, (low, high), one, other, rule)


def _interaction(rule: Interaction, key: str, one: Taking, other: Taking, is_local: bool) -> Alert:
    return Alert(
        key=key,
        kind=AlertKind.INTERACTION,
        severity=lowered(rule.severity) if is_local else rule.severity,
        medicine=one.item.medicine,
        against=other.item.medicine,
        why=both(f"{rule.en} {LITTLE.en}", f"{rule.de} {LITTLE.de}") if is_local else rule.why,
        source=rule.source,
    )


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


def _same_class(
    medicines: MedicineList, pair: tuple[str, str], one: Taking, other: Taking, rule: Interaction | None
) -> Iterator[Alert]:
    """Yield the class of both whose duplication hurts most, unless a rule about the two says as much."""
    shared = medicines.classes_of.get(pair[0], frozenset()) & medicines.classes_of.get(pair[1], frozenset())
    found = sorted(
        (SEVERITIES.index(group.duplicate), name, group)
        for name in shared
        if (group := medicines.classes[name]).duplicate is not None
    )
    if not found or (rule and SEVERITIES.index(rule.severity) <= found[0][0]):
        return
    weight, _, group = found[0]
    is_local = one.is_local or other.is_local
    hurts = SEVERITIES[weight] != AlertSeverity.INFORM
    yield Alert(
        key=f"duplicate:{pair[0]}:{pair[1]}",
        kind=AlertKind.DUPLICATE,
        severity=lowered(SEVERITIES[weight]) if is_local else SEVERITIES[weight],
        medicine=one.item.medicine,
        against=other.item.medicine,
        why=both(
            f"Both belong to one class: {group.en}. {HARM.en if hurts else INTENDED.en}",
            f"Beide gehören zu einer Klasse: {group.de}. {HARM.de if hurts else INTENDED.de}",
        ),
        source=group.source or RECONCILIATION,
    )
