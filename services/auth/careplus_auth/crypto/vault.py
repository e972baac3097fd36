"""What the database holds encrypted and hashed with keys that follow from SECRET_KEY."""

import base64
import hmac
from collections.abc import Sequence

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF


class Unreadable(Exception):
    """Sealed with a secret that is not listed any more."""


class Vault:
    """Seals and hashes for one purpose. The first secret seals; all of them open, so that nothing is lost when it changes."""

    def __init__(self, secrets: Sequence[str], purpose: str) -> None:
        self._keys = [_derived(secret, purpose) for secret in secrets]
        self._sealing = MultiFernet([Fernet(base64.urlsafe_b64encode(key)) for key in self._keys])

    def seal(self, text: str) -> str:
        return self._sealing.encrypt(text.encode()).decode()

    def open(self, sealed: str) -> str:
        """Raises Unreadable."""
        try:
            return self._sealing.decrypt(sealed.encode()).decode()
        except InvalidToken:
            raise Unreadable from None

    def hashed(self, text: str) -> str:
        """A hash that nobody can look up in a list of likely texts, in 64 hexadecimal digits."""
        return self._hashes(text)[0]

    def is_hash_of(self, hashed: str, text: str) -> bool:
        """Whether it was made with any of the secrets."""
        return any(hmac.compare_digest(hashed.encode(), one.encode()) for one in self._hashes(text))

    def _hashes(self, text: str) -> list[str]:
        return [hmac.digest(key, text.encode(), "sha256").hex() for key in self._keys]


def _derived(secret: str, purpose: str) -> bytes:
    return HKDF(SHA256(), length=32, salt=None, info=f"careplus {purpose}".encode()).derive(secret.encode())
