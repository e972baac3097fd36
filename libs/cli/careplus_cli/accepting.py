"""`careplus audit accept-head`: accept the chain as it is, with a reason."""

from rich.console import Console

from careplus_auth.audit.accepting import NothingToAccept, accept_head
from careplus_auth.audit.anchor_file import AnchorFile
from careplus_auth.audit.chain import ChainKeys
from careplus_auth.crypto.signing import audit_secrets_of
from careplus_cli.auditing import CannotVerify
from careplus_cli.database import one_line_errors
from careplus_runtime.process.settings import Settings

MOST_REASON = 500


def accept_audit_head(settings: Settings, reason: str, *, anyway: bool) -> None:
    """Accept and print the head of the chain. Raises CannotVerify, DatabaseUnusable and SettingsError."""
    reason = " ".join(reason.split())
    if not 10 <= len(reason) <= MOST_REASON:
        raise CannotVerify(f"--reason is a text of 10 to {MOST_REASON} characters; it stays in the audit trail.")
    keys = ChainKeys(audit_secrets_of(settings))
    file = AnchorFile(settings.anchor_file, keys.anchors)
    try:
        with one_line_errors():
            accepted = accept_head(settings.database, keys, file, reason, anyway=anyway)
    except NothingToAccept as nothing:
        raise CannotVerify(str(nothing)) from None
    console, anchor = Console(soft_wrap=True, highlight=False, markup=False), accepted.anchor
    console.print(f"Accepted although: {accepted.difference}.")
    console.print(
        f"Anchor {anchor.number} of {anchor.at:%Y-%m-%d %H:%M} UTC holds the head {anchor.link_number}:{anchor.link_mac.hex()}"
    )
