"""State machines of records: the statuses that may follow each status."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

from careplus_contracts.refusals import IllegalTransition

S = TypeVar("S", bound=StrEnum)


@dataclass(frozen=True)
class Transitions(Generic[S]):
    """A state machine. `following` maps a status to its successors; a missing status is final.

    `detail` writes the sentence of a refusal from the current status, the wanted one and the legal ones.
    """

    following: Mapping[S, tuple[S, ...]]
    detail: Callable[[S, S, tuple[S, ...]], str]

    def legal(self, current: S) -> tuple[S, ...]:
        """Return the statuses that may follow."""
        return self.following.get(current, ())

    def check(self, current: S, wanted: S) -> None:
        """Raise IllegalTransition unless `wanted` may follow `current` or is the same, which changes no record."""
        legal = self.legal(current)
        if wanted != current and wanted not in legal:
            raise illegal_transition(current, legal, self.detail(current, wanted, legal))

    def restricted(self, allows: Callable[[S, S], bool]) -> "Transitions[S]":
        """Return the same machine with only the transitions for which `allows(current, wanted)` is true."""
        following = {
            current: tuple(wanted for wanted in legal if allows(current, wanted)) for current, legal in self.following.items()
        }
        return Transitions(following, self.detail)

    def united(self, other: "Transitions[S]") -> "Transitions[S]":
        """Return the machine with the transitions of both, for a person with two parts."""
        statuses = [*self.following, *(status for status in other.following if status not in self.following)]
        following = {status: tuple(dict.fromkeys(self.legal(status) + other.legal(status))) for status in statuses}
        return Transitions(following, self.detail)


def illegal_transition(current: StrEnum, legal: Collection[StrEnum], detail: str) -> IllegalTransition:
    """Return the refusal with the current status and the legal ones as members."""
    return IllegalTransition(detail, current=current.value, legal=[status.value for status in legal])
