"""A pending sign-on: kept in an encrypted cookie of the browser that started it, until the provider sends the browser back."""

import hmac
import secrets
import time
from datetime import timedelta
from typing import NamedTuple

from pydantic import BaseModel, ValidationError

from careplus_auth.crypto.vault import CannotDecrypt, Vault
from careplus_contracts.sign_on import SignOnFailed

LIFETIME = timedelta(minutes=10)
NOT_THIS_BROWSER = "This browser did not start the sign-on, or started it more than ten minutes ago. Start it again."


class Pending(BaseModel):
    """The secrets of one sign-on, and the address to which the provider sends the browser back."""

    state: str
    nonce: str
    code_verifier: str
    redirect_uri: str
    expires_at: int

    @classmethod
    def create(cls, redirect_uri: str) -> "Pending":
        state, nonce, code_verifier = (secrets.token_urlsafe(32) for _ in range(3))
        expires_at = int(time.time() + LIFETIME.total_seconds())
        return cls(state=state, nonce=nonce, code_verifier=code_verifier, redirect_uri=redirect_uri, expires_at=expires_at)


class PendingCookie(NamedTuple):
    """Encrypts and decrypts the cookie."""

    vault: Vault

    def write(self, pending: Pending) -> str:
        return self.vault.encrypt(pending.model_dump_json())

    def read(self, cookie: str, state: str) -> Pending:
        """Return the sign-on of this cookie. Raise SignOnFailed unless it has this state and has not expired."""
        try:
            pending = Pending.model_validate_json(self.vault.decrypt(cookie))
        except (CannotDecrypt, ValidationError):
            raise SignOnFailed(NOT_THIS_BROWSER) from None
        if not hmac.compare_digest(pending.state, state) or pending.expires_at <= time.time():
            raise SignOnFailed(NOT_THIS_BROWSER)
        return pending
