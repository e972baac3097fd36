"""Encryption and keyed hashes of stored values, with keys derived from SECRET_KEY."""

import base64
import hmac
from collections.abc import Sequence

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

STORED = "what is kept encrypted"
"""The purpose of second factors and queued mails."""


class CannotDecrypt(Exception):
    """The ciphertext was made with a secret that SECRET_KEY no longer lists, or was changed."""


class Vault:
    """Encrypts and hashes for one purpose. The first secret encrypts; all of them decrypt, so that key rotation loses no data."""

    def __init__(self, secrets: Sequence[str], purpose: str) -> None:
        self._keys = [_derive(secret, purpose) for secret in secrets]
        fernets = [Fernet(base64.urlsafe_b64encode(key)) for key in self._keys]
        self._newest, self._fernet = fernets[0], MultiFernet(fernets)

    def encrypt(self, text: str) -> str:
        """Return a Fernet token."""
        return self._fernet.encrypt(text.encode()).decode()

    def decrypt(self, ciphertext: str) -> str:
        """Return the text of a Fernet token. Raise CannotDecrypt."""
        try:
            return self._fernet.decrypt(ciphertext.encode()).decode()
        except InvalidToken:
            raise CannotDecrypt from None

    def renew(self, ciphertext: str) -> str | None:
        """Return the same text encrypted with the first secret, None where it is already. Raise CannotDecrypt."""
        try:
            self._newest.decrypt(ciphertext.encode())
        except InvalidToken:
            return self.encrypt(self.decrypt(ciphertext))
        return None

    @property
    def key(self) -> bytes:
        """The key of the first secret for this purpose, for a receiver outside the hospital that checks hashes."""
        return self._keys[0]

    def keyed_hash(self, text: str) -> str:
        """Return HMAC-SHA256 under the first secret, 64 hexadecimal digits: a dictionary of likely texts does not reveal it."""
        return self._hashes(text)[0]

    def matches_hash(self, keyed_hash: str, text: str) -> bool:
        """Return whether any listed secret gives this hash."""
        return any(hmac.compare_digest(keyed_hash.encode(), one.encode()) for one in self._hashes(text))

    def _hashes(self, text: str) -> list[str]:
        return [hmac.digest(key, text.encode(), "sha256").hex() for key in self._keys]


def _derive(secret: str, purpose: str) -> bytes:
    return HKDF(SHA256(), length=32, salt=None, info=f"careplus {purpose}".encode()).derive(secret.encode())
