"""Versions of reference ranges: the valid one, its replacement, and the ages without a range."""

from collections.abc import Iterable, Iterator
from datetime import date

from careplus_contracts.accounts import Sex
from careplus_contracts.lab_analytes import AgeGap, SetRange, SetRanges
from careplus_contracts.lab_catalogue import AnalyteKind, ReferenceRange
from careplus_contracts.refusals import FieldError, Malformed

NO_END = 10**6


def check_replaceable(kind: AnalyteKind, body: SetRanges, today: date) -> None:
    """Raise Malformed for ranges of a text, and for ranges that would begin before today.

    Specimens of passed days were compared already: a version that begins there would flag two of one day differently.
    """
    if kind is not AnalyteKind.QUANTITY:
        _refuse("ranges", "a text has no ranges")
    if body.valid_from < today:
        _refuse("valid_from", "begin today or later")


def gaps(ranges: Iterable[SetRange | ReferenceRange]) -> list[AgeGap]:
    """Return the ages of each sex for which no range applies; none where there are no ranges at all."""
    known = list(ranges)
    return [gap for sex in (Sex.FEMALE, Sex.MALE) for gap in _gaps_of(sex, known)] if known else []


def _gaps_of(sex: Sex, ranges: list[SetRange | ReferenceRange]) -> Iterator[AgeGap]:
    covered = 0
    spans = sorted((one.age_from_days, one.age_to_days or NO_END) for one in ranges if one.sex in (None, sex))
    for first, last in spans:
        if first > covered:
            yield AgeGap(sex=sex, age_from_days=covered, age_to_days=first)
        covered = max(covered, last)
    if covered < NO_END:
        yield AgeGap(sex=sex, age_from_days=covered, age_to_days=None)


def _refuse(member: str, message: str) -> None:
    raise Malformed(f"body.{member}: {message}", errors=[FieldError(field=f"body.{member}", message=message)])
