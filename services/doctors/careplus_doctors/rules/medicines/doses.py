"""Doses of new medicines against the limits of the list, for adults: amount, frequency, route and duration."""

from collections.abc import Iterator, Sequence

from careplus_contracts.medicines import Alert, AlertKind, AlertSeverity
from careplus_contracts.values import InLanguages
from careplus_doctors.rules.medicines.alerts import both
from careplus_doctors.rules.medicines.limits import Limit
from careplus_doctors.rules.medicines.medicine_list import MedicineList
from careplus_doctors.rules.medicines.reading.taking import Intake, Taking, limit_of

SOURCE = "Product information, section 4.2 (adults)"
ABSURD = "Plausibility limit of the house"
MARGIN = 1.001
"""Rounding is no overdose."""
MOST = {"pieces": 12.0, "puffs": 20.0, "drops": 100.0, "ml": 500.0}
"""Of any medicine, in one intake."""
MOST_DROPS = {"eye": 4.0, "ear": 10.0, "nasal": 10.0}
MOST_A_DAY = 24.0
LONG_DAYS = 366
STOP, WARN, INFORM = AlertSeverity.STOP, AlertSeverity.WARN, AlertSeverity.INFORM
UNIT_WORDS = {"units": both("units", "Einheiten"), "drops": both("drops", "Tropfen"), "puffs": both("puffs", "Hübe")}


def check_doses(medicines: MedicineList, new: Sequence[Taking], active: Sequence[Taking]) -> Iterator[Alert]:
    """Yield the faults of each new medicine's dose, and with the sum of one substance over all medicines."""
    for taking in new:
        yield from _absurd(taking)
        for substance in taking.substances:
            if substance in medicines.substances:
                yield from _one(medicines, taking, substance)
    yield from _together(medicines, new, active)


def is_compared(medicines: MedicineList, taking: Taking) -> bool:
    """Return whether everything that the list limits was read from the item: the route, each amount, and how often."""
    return taking.route is not None and all(
        substance in medicines.substances and _is_read(limit_of(medicines, substance, taking.route), taking.intake, substance)
        for substance in taking.substances
    )


def _is_read(limit: Limit | None, intake: Intake, substance: str) -> bool:
    if limit is None:  # an unusual route has its own alert
        return True
    amounts = {**intake.counted, **intake.each.get(substance, {})}
    limited = limit.each.keys() | limit.day.keys() | limit.week.keys()
    return intake.a_day is not None and (not limited or not limited.isdisjoint(amounts))


def _one(medicines: MedicineList, taking: Taking, substance: str) -> Iterator[Alert]:
    known = medicines.substances[substance]
    limit = limit_of(medicines, substance, taking.route)
    if limit is None and taking.route:
        yield _route(taking, substance, known.name, tuple(known.doses))
    if limit:
        yield from _amounts(taking, substance, known.name, limit, known.strict)
        yield from _times(taking, substance, known.name, limit, known.strict)
    if known.days and taking.item.duration_days > known.days:
        why = both(
            f"{known.en} is usually used for at most {known.days} days.",
            f"{known.de} wird üblicherweise höchstens {known.days} Tage angewendet.",
        )
        yield _alert(taking, f"dose:days:{substance}", WARN, f"{known.days} d", why)


def _route(taking: Taking, substance: str, name: InLanguages, usual: tuple[str, ...]) -> Alert:
    into_nerves = taking.route in ("intrathecal", "epidural")
    injected = taking.route in ("iv", "im", "sc") and not {"iv", "im", "sc"} & set(usual)
    swallowed = taking.route == "oral" and not {"rectal", "sublingual", "mouth", "sc", "im", "iv"} & set(usual)
    why = both(f"{name.en} is not usually given by this route.", f"{name.de} wird üblicherweise nicht auf diesem Weg gegeben.")
    severity = STOP if into_nerves or injected or swallowed else WARN
    return _alert(taking, f"dose:route:{substance}:{taking.route}", severity, ", ".join(usual), why)


def _amounts(taking: Taking, substance: str, name: InLanguages, limit: Limit, strict: bool) -> Iterator[Alert]:
    intake = taking.intake
    amounts = {**intake.counted, **intake.each.get(substance, {})}
    for kind, (low, high) in amounts.items():
        least, most = limit.each.get(kind, (0.0, 0.0))
        at_once = high * intake.most_at_once
        if most and at_once > most * MARGIN:
            why = _over(name, "in one dose", "als Einzeldosis", most, kind)
            yield _alert(taking, f"dose:intake:{substance}", _severity(at_once, most, strict), _text(most, kind), why)
        elif least and low < least / 2 / MARGIN and len(taking.substances) == 1:
            why = both(
                f"{name.en}: less than half of the lowest usual dose. Check the unit.",
                f"{name.de}: weniger als die Hälfte der kleinsten üblichen Dosis. Einheit prüfen.",
            )
            yield _alert(taking, f"dose:little:{substance}", INFORM, _text(least, kind), why)
        for period, limits, factor in (("day", limit.day, intake.a_day), ("week", limit.week, intake.a_week)):
            total, allowed = high * max(factor or 1.0, 1.0), limits.get(kind)
            if allowed and total > allowed * MARGIN:
                why = _over(name, f"a {period}", "am Tag" if period == "day" else "pro Woche", allowed, kind)
                against = f"{_text(allowed, kind)} / {'24 h' if period == 'day' else '7 d'}"
                yield _alert(taking, f"dose:{period}:{substance}", _severity(total, allowed, strict), against, why)


def _times(taking: Taking, substance: str, name: InLanguages, limit: Limit, strict: bool) -> Iterator[Alert]:
    periods = (("day", limit.times_a_day, taking.intake.a_day, 1), ("week", limit.times_a_week, taking.intake.a_week, 7))
    for period, allowed, taken, days in periods:
        if allowed and taken and taken > allowed * MARGIN and not (taking.frequency and taking.frequency.once):
            why = both(
                f"{name.en} is given at most {allowed:g} times a {period}.",
                f"{name.de} wird höchstens {allowed:g}-mal {'am Tag' if days == 1 else 'pro Woche'} gegeben.",
            )
            against = f"{allowed:g} x / {'24 h' if days == 1 else '7 d'}"
            severity = WARN if taking.is_local else _severity(taken, allowed, strict)
            yield _alert(taking, f"dose:times:{substance}", severity, against, why)


def _absurd(taking: Taking) -> Iterator[Alert]:
    """Yield alerts that apply to every medicine, in the list or not."""
    what = " ".join(taking.item.medicine.casefold().split())[:100]
    for kind, (_, high) in taking.intake.counted.items():
        allowed = MOST_DROPS.get(taking.route or "", MOST[kind]) if kind == "drops" else MOST[kind]
        if high * taking.intake.most_at_once > allowed:
            why = both("No medicine is taken in such an amount.", "Kein Arzneimittel wird in dieser Menge gegeben.")
            yield _alert(taking, f"dose:amount:{what}", STOP, f"{allowed:g} {kind}", why, ABSURD)
    if (taking.intake.a_day or 0) > MOST_A_DAY * MARGIN:
        why = both("More often than every hour.", "Häufiger als jede Stunde.")
        yield _alert(taking, f"dose:often:{what}", STOP, f"{MOST_A_DAY:g} x / 24 h", why, ABSURD)
    if taking.item.duration_days > LONG_DAYS:
        why = both("Longer than a year without a review.", "Länger als ein Jahr ohne Überprüfung.")
        yield _alert(taking, f"dose:long:{what}", INFORM, f"{LONG_DAYS} d", why, ABSURD)
    if taking.form and taking.route and taking.form != taking.route:
        yield from _form(taking, what)


def _form(taking: Taking, what: str) -> Iterator[Alert]:
    """Yield an alert if a form is given by a route for which it is not made."""
    if taking.form == "oral" and taking.route in ("sublingual", "rectal", "vaginal", "mouth"):
        return
    if taking.form == "skin" and taking.route in ("rectal", "vaginal", "eye", "nasal", "mouth", "ear"):
        return
    harmless = taking.form == "oral" and taking.route not in ("iv", "im", "sc", "intrathecal", "epidural", "eye", "inhaled")
    why = both("This form is not made for this route.", "Diese Darreichungsform ist nicht für diesen Weg gemacht.")
    severity = WARN if harmless or taking.route == "skin" else STOP
    yield _alert(taking, f"dose:form:{what}", severity, taking.form or "", why, ABSURD)


def _together(medicines: MedicineList, new: Sequence[Taking], active: Sequence[Taking]) -> Iterator[Alert]:
    """Yield alerts where several medicines together exceed the most of a day."""
    everything = [taking for taking in (*new, *active) if not taking.is_local]
    for substance in sorted({substance for taking in new for substance in taking.substances} & medicines.substances.keys()):
        limits = medicines.substances[substance].doses
        for kind, allowed in _widest([limits[one.route] for one in new if one.route in limits]).items():
            parts = [(taking.intake.each[substance], taking) for taking in everything if substance in taking.intake.each]
            sums = sorted(amounts[kind][1] * max(taking.intake.a_day or 1.0, 1.0) for amounts, taking in parts if kind in amounts)
            if len(sums) > 1 and sum(sums) > allowed * MARGIN:
                first = min((taking for taking in new if substance in taking.substances), key=lambda one: one.item.medicine)
                known = medicines.substances[substance]
                why = _over(known.name, "a day, all medicines together", "am Tag, alle Arzneimittel zusammen", allowed, kind)
                severity = _severity(sum(sums), allowed, known.strict)
                yield _alert(first, f"dose:together:{substance}", severity, f"{_text(allowed, kind)} / 24 h", why)


def _widest(limits: Sequence[Limit]) -> dict[str, float]:
    """Return the greatest amount of a day in each dimension."""
    kinds = {kind for limit in limits for kind in limit.day}
    return {kind: max(limit.day[kind] for limit in limits if kind in limit.day) for kind in sorted(kinds)}


def _severity(taken: float, allowed: float, strict: bool) -> AlertSeverity:
    return STOP if strict or taken >= 2 * allowed / MARGIN else WARN


def _over(name: InLanguages, en: str, de: str, most: float, kind: str) -> InLanguages:
    amount = UNIT_WORDS.get(kind)
    english = f"{most:g} {amount.en}" if amount else _text(most, kind)
    german = f"{most:g} {amount.de}" if amount else _text(most, kind)
    return both(f"{name.en}: more than {english} {en}.", f"{name.de}: mehr als {german.replace('.', ',')} {de}.")


def _text(amount: float, kind: str) -> str:
    if kind != "mg":
        return f"{amount:g} {kind}"
    if amount >= 1000:
        return f"{amount / 1000:g} g"
    return f"{amount:g} mg" if amount >= 0.5 else f"{amount * 1000:g} mcg"


def _alert(taking: Taking, key: str, severity: AlertSeverity, against: str, why: InLanguages, source: str = SOURCE) -> Alert:
    medicine = taking.item.medicine
    return Alert(key=key, kind=AlertKind.DOSE, severity=severity, medicine=medicine, against=against, why=why, source=source)
