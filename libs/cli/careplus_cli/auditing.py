"""`careplus audit verify`: what it needs, how far it is, and what it found."""

import re

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from careplus_auth.audit.chain import ChainKeys
from careplus_auth.crypto.signing import secrets_of
from careplus_auth.store.audit_links import Head
from careplus_cli.database import in_one_line
from careplus_cli.verifying import verify
from careplus_runtime.process.settings import Settings


class CannotVerify(Exception):
    """Nothing can be said about the trail; the message is one line that says why."""


def verify_audit(settings: Settings, anchored: str | None) -> None:
    """Say how far the trail is sound. Raises Broken, CannotVerify, Unusable and SettingsError."""
    keys, head = ChainKeys(secrets_of(settings)), None if anchored is None else _head(anchored)
    columns = TextColumn("Checking seals"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
    with Progress(*columns, console=Console(stderr=True), transient=True) as bars, in_one_line():
        task = bars.add_task("")
        found = verify(settings.database, keys, head, lambda done, total: bars.update(task, completed=done, total=total))
    waiting = f" {found.waiting} newer ones wait for their seal." if found.waiting else ""
    console = Console(soft_wrap=True, highlight=False)
    console.print(f"{found.head.number:,} events are as they were written.{waiting}")
    console.print(f"Head of the chain: {found.head.number}:{found.head.mac.hex()}")


def _head(written: str) -> Head:
    if not re.fullmatch(r"[1-9]\d{0,17}:[0-9a-f]{64}", written):
        raise CannotVerify("--head is a number, a colon and 64 hexadecimal digits, as the log says them in `audit_head`.")
    number, _, mac = written.partition(":")
    return Head(int(number), bytes.fromhex(mac))
