"""Entered values become observations: checked against the catalogue, with the applied range and a flag."""

from collections.abc import Iterator, Mapping, Sequence

from careplus_clinic.transitions import illegal_transition
from careplus_contracts.accounts import Sex
from careplus_contracts.lab_catalogue import Analyte, AnalyteKind
from careplus_contracts.refusals import FieldError, Malformed
from careplus_contracts.results import EnterObservation, Observation, ResultStatus, UnitConflict, WrongUnit
from careplus_labs.rules import flags
from careplus_labs.rules.units import is_same_unit


def check_correctable(status: ResultStatus) -> None:
    """Raise IllegalTransition once the result was verified."""
    if status is not ResultStatus.RESULTED:
        raise illegal_transition(status, (), f"It is {status.value}; its values and its note are closed.")


def is_verified_with(status: ResultStatus, note_before: str | None, note: str | None) -> bool:
    """Return whether the result is verified already and the note would not change it."""
    return status is not ResultStatus.RESULTED and note in (None, note_before)


def check_entered(entered: Sequence[EnterObservation], measured: Mapping[str, Analyte]) -> None:
    """Raise Malformed with each value that is not measured by the test, comes twice or has not the analyte's form."""
    errors = []
    seen: set[str] = set()
    for position, one in enumerate(entered):
        for member, message in _errors(one, measured.get(one.analyte), seen):
            errors.append(FieldError(field=f"body.observations.{position}.{member}", message=message))
        seen.add(one.analyte)
    if errors:
        raise Malformed(f"{errors[0].field}: {errors[0].message}", errors=errors)


def check_units(entered: Sequence[EnterObservation], measured: Mapping[str, Analyte]) -> None:
    """Raise WrongUnit with each value whose unit is not that of its analyte. Check the form of the values before."""
    conflicts = [
        UnitConflict(analyte=analyte.code, name=analyte.name, given=one.unit, expected=analyte.unit)
        for one in entered
        for analyte in [measured[one.analyte]]
        if one.value is not None and not is_same_unit(one.unit, analyte.unit)
    ]
    if conflicts:
        raise WrongUnit(" ".join(map(_unit_detail, conflicts)), conflicts=conflicts)


def observed(
    entered: Sequence[EnterObservation], measured: Mapping[str, Analyte], sex: Sex, age_days: int | None
) -> list[Observation]:
    """Return the observations in the test's order, flagged by the range for this sex and age at collection."""
    order = {code: position for position, code in enumerate(measured)}
    return [
        _observation(one, measured[one.analyte], sex, age_days) for one in sorted(entered, key=lambda one: order[one.analyte])
    ]


def outside_range(observations: Sequence[Observation]) -> int:
    """Return how many observations are outside their range."""
    return sum(one.flag not in flags.NOT_OUTSIDE for one in observations)


def is_critical(observations: Sequence[Observation]) -> bool:
    """Return whether an observation is critically low or high."""
    return any(one.flag in flags.CRITICAL for one in observations)


def _errors(one: EnterObservation, analyte: Analyte | None, seen: set[str]) -> Iterator[tuple[str, str]]:
    """Yield the malformed member of a value, if there is one, with the message."""
    if analyte is None:
        yield "analyte", "is not measured by this test"
    elif one.analyte in seen:
        yield "analyte", "stands twice"
    elif analyte.kind is AnalyteKind.QUANTITY:
        if one.value is None:
            yield "value", "give a number"
    elif one.text is None:
        yield "text", "give a text"
    elif analyte.choices and _choice(one.text, analyte) is None:
        yield "text", f"one of: {', '.join(analyte.choices)}"


def _unit_detail(one: UnitConflict) -> str:
    if one.expected is None:
        return f"{one.name} is recorded without a unit, not in {one.given}. Convert the value and send it without a unit."
    if one.given is None:
        recorded = f"It is recorded in {one.expected}"
        return f"{one.name} was sent without a unit. {recorded}: send the unit in which the value was measured."
    remedy = f"Convert the value to {one.expected} and send it with that unit."
    return f"{one.name} is recorded in {one.expected}, not in {one.given}. {remedy}"


def _observation(one: EnterObservation, analyte: Analyte, sex: Sex, age_days: int | None) -> Observation:
    if one.value is None:
        within, text = None, _choice(one.text or "", analyte) or one.text
        flag = flags.flag_text(text or "", analyte.usual)
    else:
        within, text = flags.applied(analyte.ranges, sex, age_days), None
        flag = flags.flag_value(one.value, one.comparator, within)
    return Observation(
        analyte=analyte.code,
        name=analyte.name,
        loinc=analyte.loinc,
        plain=analyte.plain,
        value=one.value,
        comparator=one.comparator,
        text=text,
        unit=analyte.unit,
        decimals=analyte.decimals,
        range=within,
        usual=analyte.usual,
        flag=flag,
    )


def _choice(text: str, analyte: Analyte) -> str | None:
    """Return the catalogue's spelling of a choice, or None."""
    return next((choice for choice in analyte.choices if choice.casefold() == text.strip().casefold()), None)
