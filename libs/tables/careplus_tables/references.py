"""Reference codes that people can read out: no letter that looks like a digit."""

import secrets

ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"


def new_reference(prefix: str) -> str:
    """`CP-7K3M-9Q2X`: 8 random characters, 39 bits; a unique index guards against the rest."""
    code = "".join(secrets.choice(ALPHABET) for _ in range(8))
    return f"{prefix}-{code[:4]}-{code[4:]}"
