"""Digests of random codes and tokens, which are stored instead of them."""

import hashlib


def sha256_hex(text: str) -> str:
    """Return the SHA-256 digest of a text in hexadecimal digits."""
    return hashlib.sha256(text.encode()).hexdigest()
