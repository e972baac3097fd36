"""The second person: if the hospital wants one, values are entered and verified by two people."""

from typing import Literal

from careplus_contracts.results import SecondPersonRequired

Policy = Literal["never", "critical", "always"]
"""The results that a second person verifies: none, results with a critical value, or all."""


def needs_second_person(policy: Policy, *, is_critical: bool) -> bool:
    """Return whether values must be entered and verified by two people."""
    return policy == "always" or (policy == "critical" and is_critical)


def check_second_person(policy: Policy, *, is_critical: bool, entered_by: int, verified_by: int) -> None:
    """Raise SecondPersonRequired where the same person entered the values and needs a second one."""
    if entered_by == verified_by and needs_second_person(policy, is_critical=is_critical):
        raise SecondPersonRequired("You entered these values. Another person of the laboratory has to verify them.")
