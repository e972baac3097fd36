"""One item of a prescription as the rules understand it: substances, route, and the amount of each in one intake and a day."""

from dataclasses import dataclass

from careplus_contracts.prescriptions import PrescriptionItem
from careplus_doctors.rules.medicines.limits import Limit
from careplus_doctors.rules.medicines.medicine_list import MedicineList
from careplus_doctors.rules.medicines.reading.amounts import Dose, Range, is_strength, read_dose, read_per_ml, strengths_of
from careplus_doctors.rules.medicines.reading.frequencies import Frequency, read_frequency
from careplus_doctors.rules.medicines.reading.routes import LOCAL, read_form, read_route

Amounts = dict[str, Range]
COUNTED = frozenset({"pieces", "puffs", "drops", "ml"})
"""Dimensions of which only the strength says how much substance they hold."""


@dataclass(frozen=True, slots=True)
class Intake:
    """How much is taken: `each` by substance and dimension, and how many of them a day and a week at most."""

    each: dict[str, Amounts]
    counted: Amounts
    a_day: float | None
    a_week: float | None
    most_at_once: float = 1.0


@dataclass(frozen=True, slots=True)
class Taking:
    """An item with the substances, or the class, that its name means."""

    item: PrescriptionItem
    substances: tuple[str, ...]
    route: str | None
    form: str | None
    frequency: Frequency | None
    dose: Dose | None
    intake: Intake

    @property
    def is_local(self) -> bool:
        return self.route in LOCAL


def read_item(medicines: MedicineList, item: PrescriptionItem) -> Taking:
    """Return an item as the rules understand it."""
    entries = medicines.names.find(item.medicine)
    mixed = [medicines.combinations[entry].of for entry in entries if entry in medicines.combinations]
    single = [entry for entry in entries if entry not in medicines.combinations]
    known = [entry for entry in single if entry in medicines.substances]
    # a class counts as a medicine of its own only where no substance is named: NSAID gel
    substances = tuple(dict.fromkeys([*(known or ([] if mixed else single)), *(part for of in mixed for part in of)]))
    route = read_route(item.route)
    dose, frequency = read_dose(item.dose), read_frequency(item.frequency)
    each, counted = _amounts(medicines, item.medicine, entries, substances, route, dose)
    intake = Intake(each, counted, *_intakes(dose, frequency))
    return Taking(item, substances, route, read_form(item.medicine), frequency, dose, intake)


def limit_of(medicines: MedicineList, substance: str, route: str | None) -> Limit | None:
    """Return the limit of a substance on a route, if the list has one."""
    known = medicines.substances.get(substance)
    return known.doses.get(route) if known and route else None


def _amounts(
    medicines: MedicineList, name: str, entries: list[str], substances: tuple[str, ...], route: str | None, dose: Dose | None
) -> tuple[dict[str, Amounts], Amounts]:
    """Return the amount of each substance in one intake, and of each counted unit: pieces, puffs, drops and millilitres."""
    if dose is None or not dose.amounts:
        return {}, {}
    counted = {kind: amount for kind, amount in dose.amounts.items() if kind in COUNTED}
    measured = {kind: amount for kind, amount in dose.amounts.items() if kind not in counted}
    if len(substances) == 1:
        return {substances[0]: {**_one_substance(medicines, name, substances[0], route, counted), **measured}}, counted
    mixed = next((medicines.combinations[entry] for entry in entries if entry in medicines.combinations), None)
    order = mixed.of if mixed and set(mixed.of) == set(substances) else substances
    usual = mixed.strengths if mixed and order == mixed.of else ()
    named = strengths_of(name, len(order), usual, "mg")
    pieces = counted.get("pieces") or counted.get("puffs")
    if pieces is None:
        # "875 mg" of 875/125 mg is one tablet
        strength = next((one for one in (*([named] if named else ()), *usual) if is_strength(measured, one)), None)
        pieces = (1.0, 1.0)
    else:
        strength = named
    if strength is None:
        return {}, counted
    return {one: {kind: _times(pieces, value)} for one, (kind, value) in zip(order, strength, strict=True)}, counted


def _one_substance(medicines: MedicineList, name: str, substance: str, route: str | None, counted: Amounts) -> Amounts:
    """Return the amount of the only substance that pieces, puffs, millilitres or drops hold."""
    known = medicines.substances.get(substance)
    per_ml = read_per_ml(name)
    strength = None if per_ml else strengths_of(name, 1, (), _unit_of(medicines, substance, route))
    found: Amounts = {}
    for kind, amount in counted.items():
        content = None
        if kind in ("pieces", "puffs"):
            content = per_ml[1] if per_ml else strength[0] if strength else None
        elif kind == "ml" and per_ml:
            content = per_ml[0]
        elif kind == "drops" and known and known.drop and route == "oral":
            content = known.drop[0][0]
        if content:
            found[content[0]] = _times(amount, content[1])
    return found


def _unit_of(medicines: MedicineList, substance: str, route: str | None) -> str:
    """Return the unit that a number without one has: `L-Thyroxin 75` means micrograms."""
    limit = limit_of(medicines, substance, route)
    if limit is None or not limit.each:
        return "mg"
    dimension, (_, most) = next(iter(limit.each.items()))
    if dimension == "mg":
        return "mcg" if most < 1 else "mg"
    return dimension if dimension in ("units", "mmol") else "mg"


def _intakes(dose: Dose | None, frequency: Frequency | None) -> tuple[float | None, float | None, float]:
    """Return how many intakes a day and a week has, and the factor of the greatest one."""
    if dose and dose.scheme:
        most = max(*dose.scheme, 0.01)
        # a scheme alone is the number of pieces; beside an amount it counts amounts
        unit = most if dose.amounts.get("pieces", (0.0, 0.0))[1] == most else 1.0
        return sum(dose.scheme) / unit, sum(dose.scheme) / unit * 7, most / unit
    if frequency is None or frequency.a_day is None:
        return None, None, 1.0
    if frequency.scheme:
        taken = [one for one in frequency.scheme if one]
        pieces = dose.amounts.get("pieces", (1.0, 1.0))[1] if dose else 1.0
        # "2 tablets" and "2-0-2" say the same twice
        same = pieces > 1 and all(one == pieces for one in taken)
        count = float(len(taken)) if same else sum(taken)
        return count, count * 7, 1.0 if same else max(taken, default=1.0)
    if frequency.once:
        return 1.0, 1.0, 1.0
    return frequency.a_day, frequency.a_day * 7, 1.0


def _times(amount: Range, factor: float) -> Range:
    return amount[0] * factor, amount[1] * factor
