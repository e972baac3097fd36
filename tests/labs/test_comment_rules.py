"""The comments on a result that its patient could read."""

from dataclasses import dataclass

import pytest

from careplus_labs.rules.comments import readable


@dataclass
class Kept:
    text: str | None
    was_released: bool


@pytest.mark.parametrize(
    ("oldest_first", "read"),
    [
        ([], []),
        ([("A", False)], ["A"]),
        ([("A", False), ("B", False)], ["B"]),
        ([("A", False), ("B", True)], ["A", "B"]),
        ([("A", False), ("B", False), ("C", True)], ["B", "C"]),
        ([("A", False), (None, True)], ["A", None]),
        ([("A", False), (None, False)], []),
        ([("A", False), (None, False), ("B", True)], ["B"]),
        ([(None, True), ("B", True), (None, True)], ["B", None]),
    ],
)
def test_patient_reads_comments_from_the_release_on(oldest_first: list[tuple[str | None, bool]], read: list[str | None]) -> None:
    kept = [Kept(*one) for one in oldest_first]
    assert [one.text for one in readable(kept[::-1])] == read[::-1]
