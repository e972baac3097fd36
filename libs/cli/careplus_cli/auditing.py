"""`careplus audit verify`: read the keys and the anchored head, show progress, print the result."""

import re

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from careplus_auth.audit.chain import ChainKeys
from careplus_auth.crypto.signing import secrets_of
from careplus_auth.store.audit_links import Head
from careplus_cli.database import one_line_errors
from careplus_cli.verifying import verify
from careplus_runtime.process.settings import Settings


class CannotVerify(Exception):
    """The audit trail cannot be checked; the message is one line with the reason."""


def verify_audit(settings: Settings, anchored: str | None) -> None:
    """Check the audit trail and print the head of its chain.

    `anchored`: a head of the log, as NUMBER:MAC. Raises ChainBroken, CannotVerify, DatabaseUnusable and SettingsError.
    """
    keys, head = ChainKeys(secrets_of(settings)), None if anchored is None else _head(anchored)
    columns = TextColumn("Checking links"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
    with Progress(*columns, console=Console(stderr=True), transient=True) as bars, one_line_errors():
        task = bars.add_task("")
        intact = verify(settings.database, keys, head, lambda done, total: bars.update(task, completed=done, total=total))
    waiting = f" {intact.waiting} newer ones have no link yet." if intact.waiting else ""
    console = Console(soft_wrap=True, highlight=False)
    console.print(f"{intact.head.number:,} events are unchanged.{waiting}")
    console.print(f"Head of the chain: {intact.head.number}:{intact.head.mac.hex()}")


def _head(text: str) -> Head:
    if not re.fullmatch(r"[1-9]\d{0,17}:[0-9a-f]{64}", text):
        raise CannotVerify("--head is a number, a colon and 64 hexadecimal digits, as in an `audit_head` event of the log.")
    number, _, mac = text.partition(":")
    return Head(int(number), bytes.fromhex(mac))
