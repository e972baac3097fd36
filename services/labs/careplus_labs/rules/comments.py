"""The comments on a result that its patient could read."""

from collections.abc import Sequence
from typing import Protocol, TypeVar


class KeptComment(Protocol):
    """A version of a comment; `was_released` says whether the result was released before it."""

    text: str | None
    was_released: bool


C = TypeVar("C", bound=KeptComment)


def readable(newest_first: Sequence[C]) -> list[C]:
    """Return the comments on a released result that the patient could read, newest first.

    One that was replaced before the release was never readable. The oldest of the list has a text.
    """
    pairs = zip(newest_first[1:], newest_first, strict=False)
    found = [*newest_first[:1], *(one for one, newer in pairs if newer.was_released)]
    while found and not found[-1].text:
        found.pop()
    return found
