"""The links that auth made more than a minute after their events, as spans of times."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

MOST_SPANS = 20


@dataclass
class Span:
    """Late links with successive numbers: of one time in which auth was away, or of one rewritten past."""

    first_number: int
    last_number: int
    first_at: str
    last_at: str
    longest_s: int


@dataclass
class LateLinks:
    """The number of late links, and their first MOST_SPANS spans."""

    count: int = 0
    spans: list[Span] = field(default_factory=list)

    def add(self, links: Sequence[Sequence[Any]]) -> None:
        """Count the late ones of successive links: number, mac, key, lateness, event id, and the event's columns."""
        # few are late, and a loop over a million would take as long as their query
        for number, _, _, late_s, _, _, at, *_ in [link for link in links if link[3] is not None]:
            self.count += 1
            self._extend(number, str(at), late_s)

    def lines(self) -> list[str]:
        """Return the lines to print about them."""
        if not self.count:
            return []
        why = (
            "auth was not running, a clock was changed, the demo was filled, or the past was written anew. Compare with the log."
        )
        spans = [
            f"  {span.first_number} to {span.last_number}: events of {span.first_at} to {span.last_at}, up to {span.longest_s} s"
            for span in self.spans
        ]
        return [f"{self.count:,} events were linked more than a minute after or before their time: {why}", *spans]

    def _extend(self, number: int, at: str, late_s: int) -> None:
        last = self.spans[-1] if self.spans else None
        if last is not None and last.last_number == number - 1:
            last.last_number, last.last_at = number, at
            last.longest_s = max(last.longest_s, late_s, key=abs)
        elif len(self.spans) < MOST_SPANS:
            self.spans.append(Span(number, number, at, at, late_s))
