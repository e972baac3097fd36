"""`careplus audit`: read the keys and the anchored head, show progress, print the result."""

import re
from collections.abc import Iterable
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from careplus_auth.audit.anchor_file import AnchorFile, NotOurAnchors
from careplus_auth.audit.anchors import Anchor
from careplus_auth.audit.chain import ChainKeys
from careplus_auth.crypto.signing import audit_secrets_of
from careplus_auth.store.audit_links import Head
from careplus_cli.archive_file import ArchiveReader
from careplus_cli.database import one_line_errors
from careplus_cli.verifying import ChainIntact, verify
from careplus_cli.verifying_anchors import ChainBroken, check_exported
from careplus_runtime.process.settings import Settings


class CannotVerify(Exception):
    """The audit trail cannot be checked; the message is one line with the reason."""


def verify_audit(settings: Settings, anchored: str | None, files: Iterable[Path] = (), archives: Iterable[Path] = ()) -> None:
    """Check the audit trail and print the head of its chain.

    `anchored`: a head of the log, as NUMBER:MAC. `files`: more anchor files. `archives`: of events before the database's. Raises
    ChainBroken, CannotVerify, DatabaseUnusable and SettingsError.
    """
    keys, head = ChainKeys(audit_secrets_of(settings)), None if anchored is None else _head(anchored)
    own = [settings.anchor_file] if settings.anchor_file.exists() else []
    # before the database: auth appends an anchor to the file after its transaction
    exported = [(file, _anchors_in(file, keys)) for file in (*own, *files)]
    columns = TextColumn("Checking links"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
    with Progress(*columns, console=Console(stderr=True), transient=True) as bars, one_line_errors():
        task = bars.add_task("")
        older = sorted((ArchiveReader(file, keys) for file in archives), key=lambda one: one.before.number)
        intact = verify(settings.database, keys, head, lambda done, total: bars.update(task, completed=done, total=total), older)
    counts = [(file, check_exported(intact.anchors, anchors, str(file))) for file, anchors in exported]
    waiting = f" {intact.waiting} newer ones have no link yet." if intact.waiting else ""
    console = Console(soft_wrap=True, highlight=False, markup=False)
    console.print(f"{intact.head.number - intact.archived:,} events are unchanged.{waiting}")
    if intact.archived:
        console.print(f"Events up to number {intact.archived} are in archives; check them with --archive FILE.")
    for line in (*intact.late.lines(), *_anchor_lines(intact, counts)):
        console.print(line)
    console.print(f"Head of the chain: {intact.head.number}:{intact.head.mac.hex()}")


def _anchors_in(file: Path, keys: ChainKeys) -> list[Anchor]:
    try:
        return list(AnchorFile(file, keys.anchors).all())
    except NotOurAnchors as reason:
        raise ChainBroken(f"{reason}.") from None
    except OSError as error:
        raise CannotVerify(f"{file} cannot be read: {error.strerror}.") from None


def _anchor_lines(intact: ChainIntact, exported: Iterable[tuple[Path, int]]) -> Iterable[str]:
    held = sum(map(intact.anchors.must_hold, intact.anchors.all))
    yield f"{len(intact.anchors.all):,} anchors are signed; {held:,} agree with the chain."
    for one in intact.anchors.accepted:
        yield f"  A person accepted number {one.link_number} on {one.at:%Y-%m-%d %H:%M} UTC, despite older anchors: {one.reason}"
    for file, count in exported:
        yield f"{count:,} anchors of {file} are in the database or were given up."


def _head(text: str) -> Head:
    if not re.fullmatch(r"[1-9]\d{0,17}:[0-9a-f]{64}", text):
        raise CannotVerify("--head is a number, a colon and 64 hexadecimal digits, as in an `audit_head` event of the log.")
    number, _, mac = text.partition(":")
    return Head(int(number), bytes.fromhex(mac))
