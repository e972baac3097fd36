"""Reference codes that people can read aloud: no letters that look like digits."""

import secrets

ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"


def new_reference(prefix: str) -> str:
    """Return a code such as `CP-7K3M-9Q2X`: 8 random characters, 39 bits; a unique index refuses duplicates."""
    code = "".join(secrets.choice(ALPHABET) for _ in range(8))
    return f"{prefix}-{code[:4]}-{code[4:]}"
