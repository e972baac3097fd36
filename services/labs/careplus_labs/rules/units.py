"""Comparison of UCUM units. Values are never converted: a unit is the catalogue's or it is refused."""

import re

_LITRE = re.compile(r"(?<![A-Za-z])([munpfdc]?)l(?![A-Za-z])")


def is_same_unit(given: str | None, expected: str | None) -> bool:
    """Return whether both are spellings of one unit: `l` and `L`, `10^3` and `10*3`; for no unit also `1`."""
    return _spelling(given) == _spelling(expected)


def _spelling(unit: str | None) -> str | None:
    if unit in (None, "1"):
        return None
    return _LITRE.sub(r"\1L", unit.replace("10^", "10*"))
