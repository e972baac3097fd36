"""The signed record of an archive: which links it holds, with the digest of its file. It is in the file and in the chain."""

import re
from typing import NamedTuple, Self

from pydantic_core import to_json

from careplus_auth.audit.chain import MacKeys
from careplus_auth.store.audit_links import Head


class ArchiveRecord(NamedTuple):
    """The links after `before` up to `last` were moved into a file."""

    before: Head
    last: Head
    sha256: str
    key_id: str
    signature: str

    @classmethod
    def sign(cls, keys: MacKeys, before: Head, last: Head, sha256: str) -> Self:
        """Return the record with auth's signature."""
        unsigned = cls(before, last, sha256, keys.newest, "")
        return unsigned._replace(signature=keys.digest(keys.newest, unsigned.message).hex())

    @classmethod
    def read(cls, object_id: str | None, reason: str | None) -> Self | None:
        """Return the record in the columns of its event, None where they hold none."""
        parts = re.fullmatch(r"(\d+):([0-9a-f]{64})", object_id or "")
        words = re.fullmatch(
            r"After (\d+):([0-9a-f]{64}), SHA-256 ([0-9a-f]{64}), signed ([0-9a-f]+) ([0-9a-f]{64})", reason or ""
        )
        if parts is None or words is None:
            return None
        before, last = (Head(int(found[1]), bytes.fromhex(found[2])) for found in (words, parts))
        return cls(before, last, words[3], words[4], words[5])

    @property
    def object_id(self) -> str:
        """The last archived link, in the form of `--head`."""
        return f"{self.last.number}:{self.last.mac.hex()}"

    @property
    def reason(self) -> str:
        """The rest of the record, as the event holds it."""
        before = f"{self.before.number}:{self.before.mac.hex()}"
        return f"After {before}, SHA-256 {self.sha256}, signed {self.key_id} {self.signature}"

    @property
    def message(self) -> bytes:
        """The bytes that the signature covers."""
        return to_json([self.before.number, self.before.mac.hex(), self.last.number, self.last.mac.hex(), self.sha256])

    def is_signed(self, keys: MacKeys) -> bool:
        """Return whether auth's key made the signature."""
        return keys.signs(self.key_id, self.message, bytes.fromhex(self.signature))
