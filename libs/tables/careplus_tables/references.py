"""Reference codes that people can read aloud: no letters that look like digits."""

import secrets

from careplus_clinic.accessions import ALPHABET, LENGTH, hides_a_swap, with_check


def new_reference(prefix: str) -> str:
    """Return a code such as `CP-7K3M-9Q2X`: 8 random characters, 39 bits; a unique index refuses duplicates."""
    code = _random(8)
    return f"{prefix}-{code[:4]}-{code[4:]}"


def new_accession() -> str:
    """Return the number of a specimen such as `7K3M9Q2X4`: 8 random characters and their check; a unique index as above."""
    while hides_a_swap(number := with_check(_random(LENGTH - 1))):
        pass
    return number


def new_patient_reference() -> str:
    """Return a code such as `PT-7K3M-9Q2X4`: an accession number, whose last character checks the others."""
    code = new_accession()
    return f"PT-{code[:4]}-{code[4:]}"


def new_check_in_code() -> str:
    """Return the code of a visit's QR code: 128 random bits, never read aloud."""
    return secrets.token_urlsafe(16)


def video_code_of(visit_type_id: int | None) -> str | None:
    """Return the secret in the address of a video visit, 128 random bits; None for a visit without a type."""
    return None if visit_type_id is None else secrets.token_hex(16)


def _random(length: int) -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(length))
