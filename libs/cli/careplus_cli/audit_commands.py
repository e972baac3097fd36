"""The commands `careplus audit`."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from careplus_cli.refusing import refuse, settings_or_refuse

audit = typer.Typer(no_args_is_help=True, help="The audit trail.")


@audit.command()
def verify(
    head: Annotated[
        str | None, typer.Option(help="NUMBER:MAC of an `audit_head` in the log; tells whether the end was cut off since.")
    ] = None,
    anchors: Annotated[
        list[Path] | None, typer.Option(help="An anchor file kept elsewhere; tells the same of every line. May be repeated.")
    ] = None,
    archive: Annotated[
        list[Path] | None, typer.Option(help="A file of `careplus audit archive`; give all after the first that you give.")
    ] = None,
) -> None:
    """Check that the audit trail is unchanged. Exits with 0 if it is, 1 if not, 2 if it cannot be checked."""
    with _one_line_refusals():
        from careplus_cli.auditing import verify_audit

        verify_audit(settings_or_refuse(), head, anchors or (), archive or ())


@audit.command()
def accept_head(
    reason: Annotated[str, typer.Option(help="Why the chain may be shorter or different; it stays in the audit trail.")],
    anyway: Annotated[bool, typer.Option("--anyway", help="Also when only a running auth knows of a difference.")] = False,
) -> None:
    """Accept the chain as it is after restoring a copy of the database; auth then links events again."""
    with _one_line_refusals():
        from careplus_cli.accepting import accept_audit_head

        accept_audit_head(settings_or_refuse(), reason, anyway=anyway)


@audit.command("archive")
def archive_events(
    before: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="Clinic day; events before it are archived.")],
    output: Annotated[Path, typer.Option(help="New file, JSON lines in gzip: audit-2026-06.jsonl.gz.")],
) -> None:
    """Move old events into a signed file, check it, and remove them from the database."""
    with _one_line_refusals():
        from careplus_cli.archiving import archive_audit

        archive_audit(settings_or_refuse(), before.date(), output)


@contextmanager
def _one_line_refusals() -> Iterator[None]:
    from careplus_cli.auditing import CannotVerify
    from careplus_cli.database import DatabaseUnusable
    from careplus_cli.verifying_anchors import ChainBroken
    from careplus_runtime.process.settings import SettingsError

    try:
        yield
    except ChainBroken as reason:
        refuse(str(reason), code=1)
    except (CannotVerify, DatabaseUnusable, SettingsError) as reason:
        refuse(str(reason))
