"""`careplus move`: check both ends, copy all rows in one transaction, and compare the audit chains before it commits."""

import time

from rich.console import Console

from careplus_auth.audit.chain import ChainKeys
from careplus_auth.crypto.signing import audit_secrets_of
from careplus_cli.database import one_line_errors
from careplus_cli.move.copying import copy_tables
from careplus_cli.move.refusals import CannotMove
from careplus_cli.move.source import opened_source
from careplus_cli.move.target import check_target, empty_target
from careplus_cli.progress import bars, reporting
from careplus_cli.verifying import verify_connected
from careplus_cli.verifying_anchors import ChainBroken
from careplus_runtime.process.settings import Settings

BROKEN = "The audit trail of the source is not intact. {} Find the cause with `careplus audit verify`, then move."


def move_hospital(settings: Settings, to: str) -> None:
    """Copy the hospital of the settings into an empty PostgreSQL database and print the numbers of rows.

    Raise CannotMove, DatabaseUnusable and SettingsError; then the target stays empty. The source never changes.
    """
    keys, started = ChainKeys(audit_secrets_of(settings)), time.monotonic()
    console = Console(soft_wrap=True, highlight=False, markup=False)
    shown = bars(Console(stderr=True))
    # elsewhere it would write an empty line
    shown.disable = not shown.console.is_terminal
    with one_line_errors(), shown:
        report = reporting(shown)
        check_target(to)
        with opened_source(settings.database) as source, empty_target(to) as target:
            try:
                before = verify_connected(source, keys, None, lambda done, total: report("audit trail, source", done, total))
            except ChainBroken as reason:
                raise CannotMove(BROKEN.format(reason)) from None
            rows = copy_tables(source, target, report)
            try:
                after = verify_connected(target, keys, None, lambda done, total: report("audit trail, target", done, total))
            except ChainBroken as reason:
                raise CannotMove(f"The audit trail of the target is not that of the source. {reason}") from None
            if (before.head, before.waiting) != (after.head, after.waiting):
                raise CannotMove("The audit trail of the target does not end as that of the source.")
    console.print(f"{rows:,} rows moved in {time.monotonic() - started:.0f} s; the source is unchanged.")
    console.print(f"Head of the chain at both ends: {after.head.number}:{after.head.mac.hex()}")
    console.print("Set DATABASE_URL to the target before you start the services, and keep the source as a copy.")
