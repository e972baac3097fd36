"""The second person: required by the hospital's policy, where one person would enter and verify values."""

import pytest

from careplus_contracts.refusals import IllegalTransition
from careplus_contracts.results import Flag, ResultStatus, SecondPersonRequired
from careplus_labs.rules import observations
from careplus_labs.rules.verification import Policy, check_second_person, needs_second_person


@pytest.mark.parametrize(
    ("policy", "is_critical", "needed"),
    [
        ("never", True, False),
        ("critical", False, False),
        ("critical", True, True),
        ("always", False, True),
    ],
)
def test_second_person_is_needed_by_policy(policy: Policy, is_critical: bool, needed: bool) -> None:
    assert needs_second_person(policy, is_critical=is_critical) is needed
    check_second_person(policy, is_critical=is_critical, entered_by=1, verified_by=2)
    if needed:
        with pytest.raises(SecondPersonRequired):
            check_second_person(policy, is_critical=is_critical, entered_by=1, verified_by=1)
    else:
        check_second_person(policy, is_critical=is_critical, entered_by=1, verified_by=1)


@pytest.mark.parametrize(
    ("flags", "normal"),
    [
        ([Flag.NORMAL, Flag.NORMAL], True),
        ([Flag.NORMAL, Flag.LOW], False),
        ([Flag.INDETERMINATE], False),
        ([Flag.NORMAL, Flag.NO_RANGE], False),
        ([], False),
    ],
)
def test_result_is_normal_if_each_value_is(flags: list[Flag], normal: bool) -> None:
    assert observations.is_normal(flags) is normal


def test_only_verified_results_are_corrected() -> None:
    for status in (ResultStatus.VERIFIED, ResultStatus.RELEASED):
        observations.check_verified(status)
    with pytest.raises(IllegalTransition):
        observations.check_verified(ResultStatus.RESULTED)
