"""The signed link that switches the reminders of one patient off without a sign-in (RFC 8058)."""

from html import escape

from careplus_auth.crypto.signing import secrets_of
from careplus_auth.crypto.vault import Vault
from careplus_contracts.notices import InvalidOptOut
from careplus_runtime.process.settings import Settings

PURPOSE = "switching reminders off"
FORWARD = """<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>{hospital}</title><meta http-equiv="refresh" content="0; url={page}"></head>
<body>
<p>{hospital}</p>
<p><a href="{page}">Switch reminders off</a></p>
<p lang="de"><a href="{page}">Erinnerungen abschalten</a></p>
</body>
</html>
"""


def opt_out_token(settings: Settings, account_id: int) -> str:
    """Return the id of the account and its signature. It does not expire: an old mail can be at hand for years."""
    return f"{account_id}-{_vault(settings).keyed_hash(str(account_id))}"


def opt_out_link(settings: Settings, account_id: int) -> str:
    """Return the address to which a mail program posts."""
    return f"{settings.public_url}/api/notices/reminders-off/{opt_out_token(settings, account_id)}"


def opt_out_page(settings: Settings, token: str) -> str:
    """Return the address of the page with the button that switches reminders off. Browsers do not send the part after `#`."""
    return f"{settings.public_url}/reminders-off#token={token}"


def forwarding_page(settings: Settings, token: str) -> str:
    """Return the HTML that leads a browser from the link of a mail program to the page."""
    return FORWARD.format(hospital=escape(settings.hospital), page=escape(opt_out_page(settings, token)))


def account_of(settings: Settings, token: str) -> int:
    """Return the id of the account. Raise InvalidOptOut for a token that was not signed here."""
    account_id, _, signature = token.partition("-")
    if not _vault(settings).matches_hash(signature, account_id):
        raise InvalidOptOut("This link is not valid. Sign in and switch reminders off in your profile.")
    return int(account_id)


def _vault(settings: Settings) -> Vault:
    return Vault(secrets_of(settings), PURPOSE)
