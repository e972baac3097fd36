"""The HMAC chain of the audit trail: each MAC covers the MAC before it, so changed, deleted and inserted events are found.

Only auth holds the key. It is derived from `SECRET_KEY`; there is no key file.
"""

import hmac
from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from typing import Any

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from pydantic_core import to_json

GENESIS = bytes(32)
"""The MAC before the first link."""


class UnknownKey(LookupError):
    """No listed secret derives the key with this id."""


class MacKeys:
    """HMAC keys of one purpose by id. The first secret makes new MACs; all secrets verify."""

    def __init__(self, secrets: Sequence[str], purpose: bytes) -> None:
        derived = [_derive(secret, purpose) for secret in secrets]
        self.newest = derived[0][0]
        self._keys = dict(derived)

    def digest(self, key_id: str, message: bytes) -> bytes:
        """Return the MAC of a message. Raise UnknownKey."""
        try:
            mac = self._keys[key_id].copy()
        except KeyError:
            raise UnknownKey(key_id) from None
        mac.update(message)
        return mac.digest()

    def has(self, key_id: str) -> bool:
        """Return whether a listed secret derives the key with this id."""
        return key_id in self._keys

    def signs(self, key_id: str, message: bytes, mac: bytes) -> bool:
        """Return whether the MAC is that of the message."""
        try:
            return hmac.compare_digest(self.digest(key_id, message), mac)
        except UnknownKey:
            return False


class ChainKeys(MacKeys):
    """The keys of the chain's links, of its anchors and of archive files."""

    def __init__(self, secrets: Sequence[str]) -> None:
        super().__init__(secrets, b"careplus audit seal HMAC-SHA256")
        self.anchors = MacKeys(secrets, b"careplus audit anchor HMAC-SHA256")
        self.archives = MacKeys(secrets, b"careplus audit archive HMAC-SHA256")

    def mac(
        self,
        key_id: str,
        before: bytes,
        number: int,
        event: Sequence[Any],
        patients: Collection[int],
        late_s: int | None = None,
    ) -> bytes:
        """Return the MAC of one event: its row, id first, its patients, and how late it was linked. Raise UnknownKey."""
        return self.digest(key_id, before + canonical_bytes(number, event, patients, late_s))


def canonical_bytes(number: int, event: Sequence[Any], patients: Collection[int], late_s: int | None = None) -> bytes:
    """Return bytes that identify the event. Instants are written `2030-01-07T09:00:00Z` on every database."""
    id, at, *rest = event
    if isinstance(at, datetime):
        at = instant_text(at)
    # an object, because a number would read as one more patient; links of events in time are as before 0031
    late = () if late_s is None else ({"late_s": late_s},)
    # pydantic's JSON takes a ninth of the time of the standard library's.
    return to_json([number, id, at, *rest, *sorted(patients), *late])


def instant_text(at: datetime) -> str:
    """Return an instant as the MACs cover it."""
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def _derive(secret: str, purpose: bytes) -> tuple[str, hmac.HMAC]:
    stretched = HKDF(SHA256(), length=40, salt=None, info=purpose).derive(secret.encode())
    # Copied for each event: setting up the key takes longer than using it.
    return stretched[32:].hex(), hmac.new(stretched[:32], digestmod="sha256")
