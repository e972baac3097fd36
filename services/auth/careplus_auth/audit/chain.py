"""The chain that seals the audit trail: each mac covers the one before, so that none can be changed, left out or put in.

Only auth has the key; it is derived from `SECRET_KEY`, so there is no key file.
"""

import hmac
from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from typing import Any

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from pydantic_core import to_json

GENESIS = bytes(32)
"""Stands where the first seal needs a mac before it."""


class UnknownKey(LookupError):
    """No secret that is listed makes the key with this id."""


class SealingKeys:
    """Keys by their ids; the first secret's seals, all verify."""

    def __init__(self, secrets: Sequence[str]) -> None:
        made = [_derived(secret) for secret in secrets]
        self.newest = made[0][0]
        self._keys = dict(made)

    def mac(self, key_id: str, before: bytes, number: int, event: Sequence[Any], patients: Collection[int]) -> bytes:
        """The mac of one event: its row with the id first, and whom it concerns. Raises UnknownKey."""
        try:
            seal = self._keys[key_id].copy()
        except KeyError:
            raise UnknownKey(key_id) from None
        seal.update(before + written(number, event, patients))
        return seal.digest()


def written(number: int, event: Sequence[Any], patients: Collection[int]) -> bytes:
    """An event as bytes that no other event has. Instants are `2030-01-07T09:00:00Z`, whatever the database."""
    id, at, *rest = event
    if isinstance(at, datetime):
        at = f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
    # a ninth of the time that json takes: a trail is long
    return to_json([number, id, at, *rest, *sorted(patients)])


def _derived(secret: str) -> tuple[str, hmac.HMAC]:
    stretched = HKDF(SHA256(), length=40, salt=None, info=b"careplus audit seal HMAC-SHA256").derive(secret.encode())
    # copied for each event: to set up a key takes longer than to use it
    return stretched[32:].hex(), hmac.new(stretched[:32], digestmod="sha256")
