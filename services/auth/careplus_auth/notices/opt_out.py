"""The signed link that switches the reminders of one patient off without a sign-in (RFC 8058)."""

from careplus_auth.crypto.signing import secrets_of
from careplus_auth.crypto.vault import Vault
from careplus_contracts.notices import InvalidOptOut
from careplus_runtime.process.settings import Settings

PURPOSE = "switching reminders off"


def opt_out_token(settings: Settings, account_id: int) -> str:
    """Return the id of the account and its signature. It does not expire: an old mail can be at hand for years."""
    return f"{account_id}-{_vault(settings).keyed_hash(str(account_id))}"


def opt_out_link(settings: Settings, account_id: int) -> str:
    """Return the address to which a mail program posts."""
    return f"{settings.public_url}/api/notices/reminders-off/{opt_out_token(settings, account_id)}"


def account_of(settings: Settings, token: str) -> int:
    """Return the id of the account. Raise InvalidOptOut for a token that was not signed here."""
    account_id, _, signature = token.partition("-")
    if not _vault(settings).matches_hash(signature, account_id):
        raise InvalidOptOut("This link is not valid. Sign in and switch reminders off in your profile.")
    return int(account_id)


def _vault(settings: Settings) -> Vault:
    return Vault(secrets_of(settings), PURPOSE)
