"""Figures of the tests of faults, printed after the run, for docs/operations.md."""

from collections.abc import Iterable

LINES: list[str] = []


def note(line: str) -> None:
    """Print a line after the run."""
    LINES.append(line)


def spread(seconds: Iterable[float]) -> str:
    """Return the median and the longest of some times."""
    found = sorted(seconds)
    return f"{found[len(found) // 2]:.1f} s in the middle, {found[-1]:.1f} s at most"
