"""Entered values become observations: checked against the catalogue, with the applied range and a flag."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from careplus_clinic.lab_texts import coded_value
from careplus_clinic.transitions import illegal_transition
from careplus_contracts.accounts import Sex
from careplus_contracts.flagging import AnalyteRange, TypedFlag
from careplus_contracts.lab_catalogue import Analyte, AnalyteKind
from careplus_contracts.refusals import FieldError, Malformed
from careplus_contracts.results import EnterObservation, Flag, Observation, ResultStatus, UnitConflict, WrongUnit
from careplus_labs.rules import flags
from careplus_labs.rules.candidates import Candidates
from careplus_labs.rules.units import is_same_unit


def check_correctable(status: ResultStatus) -> None:
    """Raise IllegalTransition once the result was verified."""
    if status is not ResultStatus.RESULTED:
        raise illegal_transition(status, (), f"It is {status.value}; correct it instead of entering or verifying it again.")


def check_verified(status: ResultStatus) -> None:
    """Raise IllegalTransition before the result was verified."""
    if status is ResultStatus.RESULTED:
        detail = "It is not verified yet: enter its values again instead of correcting them."
        raise illegal_transition(status, (ResultStatus.VERIFIED,), detail)


def is_verified_with(status: ResultStatus, note_before: str | None, note: str | None) -> bool:
    """Return whether the result is verified already and the note would not change it."""
    return status is not ResultStatus.RESULTED and note in (None, note_before)


def check_entered(entered: Sequence[EnterObservation], measured: Mapping[str, Analyte], *, can_repeat: bool = False) -> None:
    """Raise Malformed with each value that is not measured by the test, comes twice or has not the analyte's form."""
    errors = []
    seen: set[str] = set()
    for position, one in enumerate(entered):
        for member, message in _errors(one, measured.get(one.analyte), seen):
            errors.append(FieldError(field=f"body.observations.{position}.{member}", message=message))
        if not can_repeat:
            seen.add(one.analyte)
    if errors:
        raise Malformed(f"{errors[0].field}: {errors[0].message}", errors=errors)


def check_units(entered: Sequence[EnterObservation], measured: Mapping[str, Analyte]) -> None:
    """Raise WrongUnit with each value in another unit than its analyte's. Check the form of the values before."""
    conflicts = [
        UnitConflict(analyte=analyte.code, name=analyte.name, names=analyte.names, given=one.unit, expected=analyte.unit)
        for one in entered
        for analyte in [measured[one.analyte]]
        if one.value is not None and not is_same_unit(one.unit, analyte.unit)
    ]
    if conflicts:
        raise WrongUnit(" ".join(map(_unit_detail, conflicts)), conflicts=conflicts)


def observed(
    entered: Sequence[EnterObservation], measured: Mapping[str, Analyte], sex: Sex, age_days: int | None
) -> list[Observation]:
    """Return the observations in the test's order, flagged by the ranges that may apply at this sex and age at collection."""
    order = {code: position for position, code in enumerate(measured)}
    return [
        _observation(one, measured[one.analyte], sex, age_days) for one in sorted(entered, key=lambda one: order[one.analyte])
    ]


def previewed(
    entered: Sequence[EnterObservation], measured: Mapping[str, Analyte], sex: Sex, age_days: int | None
) -> list[TypedFlag]:
    """Return the flags of typed values, by the same rule as `observed`."""
    return [
        TypedFlag(
            **one.model_dump(include={"analyte", "value", "comparator", "text"}),
            flag=_observation(one, measured[one.analyte], sex, age_days).flag,
            unusual=one.value is not None
            and Candidates(measured[one.analyte].ranges, sex, age_days).is_unusual(one.value, one.comparator),
        )
        for one in entered
    ]


def ranges_of(measured: Mapping[str, Analyte], sex: Sex, age_days: int | None) -> list[AnalyteRange]:
    """Return the range that applies to a patient, for each quantity."""
    quantities = [one for one in measured.values() if one.kind is AnalyteKind.QUANTITY]
    found = [(one.code, Candidates(one.ranges, sex, age_days)) for one in quantities]
    return [AnalyteRange(analyte=code, range=one.shared, missing=one.missing) for code, one in found]


def is_normal(found: Collection[Flag]) -> bool:
    """Return whether the flags of a result say that each of its values is normal."""
    return set(found) == {Flag.NORMAL}


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
    text = None if one.text is None else _choice(one.text, analyte) or one.text
    compared: dict[str, Any] = {"range": None, "missing": [], "flag": flags.flag_text(text or "", analyte.usual)}
    if one.value is not None:
        candidates = Candidates(analyte.ranges, sex, age_days)
        flag = candidates.flag(one.value, one.comparator)
        compared = {"range": candidates.shared, "missing": candidates.missing, "flag": flag}
    return Observation(
        analyte=analyte.code,
        name=analyte.name,
        names=analyte.names,
        loinc=analyte.loinc,
        plain=analyte.plain,
        explanations=analyte.explanations,
        value=one.value,
        comparator=one.comparator,
        text=text,
        text_names=coded_value(text, analyte.choices),
        unit=analyte.unit,
        decimals=analyte.decimals,
        usual=analyte.usual,
        usual_names=analyte.usual_names,
        **compared,
    )


def _choice(text: str, analyte: Analyte) -> str | None:
    """Return the catalogue's spelling of a choice, or None."""
    return next((choice for choice in analyte.choices if choice.casefold() == text.strip().casefold()), None)
