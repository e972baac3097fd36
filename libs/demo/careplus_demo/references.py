"""Reference codes of the demo hospital: unique, in an order that looks random."""

ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
_PAIRS = [first + second for first in ALPHABET for second in ALPHABET]
_ALL = len(ALPHABET) ** 8
# coprime to 30, so that no two numbers share a code
_STEP, _START = 404_851_936_189, 271_828_182_845


def reference(prefix: str, number: int) -> str:
    """Return the code of a number, such as `CP-7K3M-9Q2X`."""
    rest = (_START + number * _STEP) % _ALL
    rest, fourth = divmod(rest, 900)
    rest, third = divmod(rest, 900)
    first, second = divmod(rest, 900)
    return f"{prefix}-{_PAIRS[first]}{_PAIRS[second]}-{_PAIRS[third]}{_PAIRS[fourth]}"
