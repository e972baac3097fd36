"""Reference codes of the demo hospital: unique, in an order that looks random."""

from careplus_clinic.accessions import ALPHABET, with_check

_PAIRS = [first + second for first in ALPHABET for second in ALPHABET]
_ALL = len(ALPHABET) ** 8
# coprime to 30, so that no two numbers share a code
_STEP, _START = 404_851_936_189, 271_828_182_845


def reference(prefix: str, number: int) -> str:
    """Return the code of a number, such as `CP-7K3M-9Q2X`."""
    code = _code(number)
    return f"{prefix}-{code[:4]}-{code[4:]}"


def accession(number: int) -> str:
    """Return the accession number of a specimen, such as `7K3M9Q2X4`."""
    return with_check(_code(number))


def patient_reference(number: int) -> str:
    """Return the reference of a patient, such as `PT-7K3M-9Q2X4`."""
    code = accession(number)
    return f"PT-{code[:4]}-{code[4:]}"


def _code(number: int) -> str:
    rest = (_START + number * _STEP) % _ALL
    rest, fourth = divmod(rest, 900)
    rest, third = divmod(rest, 900)
    first, second = divmod(rest, 900)
    return f"{_PAIRS[first]}{_PAIRS[second]}{_PAIRS[third]}{_PAIRS[fourth]}"
