"""`careplus audit archive`: move old events into a signed file, check it, then remove them from the database."""

from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

import sqlalchemy as sa
from rich.console import Console

from careplus_auth.audit.anchor_file import AnchorFile
from careplus_auth.audit.archiving import remove_archived
from careplus_auth.audit.chain import ChainKeys
from careplus_auth.audit.head_check import ChainChanged
from careplus_auth.crypto.signing import audit_secrets_of
from careplus_auth.store.audit_links import EVENT, Head
from careplus_cli.archive_file import ArchivedLink, ArchiveReader, write_archive
from careplus_cli.auditing import CannotVerify
from careplus_cli.database import one_line_errors, snapshot
from careplus_cli.verifying import LINK, LINKS, chain_start, link_rows, patient_ids, verify
from careplus_clinic.clinic_time import day_start
from careplus_runtime.process.settings import Settings

MOST_LINKS = 500_000
"""In one file, because removing them holds the database's write lock."""


def archive_audit(settings: Settings, before: date, output: Path) -> None:
    """Archive events before a clinic day and print their numbers.

    Raises ChainBroken, CannotVerify, DatabaseUnusable and SettingsError; then all events stay.
    """
    keys, console = ChainKeys(audit_secrets_of(settings)), Console(soft_wrap=True, highlight=False, markup=False)
    with one_line_errors():
        verify(settings.database, keys, None, lambda *_: None)
        with snapshot(settings.database) as connection:
            start = chain_start(connection, keys.archives)
            last, more = _last(connection, start, day_start(before, settings.clinic_zone))
            record = write_archive(output, keys, start, last, _links(connection, start.number, last.number))
        _check(output, keys, last)
        try:
            remove_archived(settings.database, keys, AnchorFile(settings.anchor_file, keys.anchors), record)
        except ChainChanged as reason:
            output.unlink()
            raise CannotVerify(f"Nothing was archived: {reason}.") from None
    console.print(f"Numbers {start.number + 1} to {last.number} are in {output} and no longer in the database.")
    console.print(f"SHA-256 of its lines: {record.sha256}")
    if more:
        console.print("More events are before that day: archive them into another file.")


def _last(connection: sa.Connection, start: Head, before: datetime) -> tuple[Head, bool]:
    """Return the last link to archive, and whether more links have events before that time. Raise CannotVerify for none."""
    linked = sa.select(sa.func.min(LINK.c.number)).join(EVENT, EVENT.c.id == LINK.c.event_id)
    younger = connection.execute(linked.where(EVENT.c.at >= before)).scalar()
    newest = connection.execute(sa.select(sa.func.max(LINK.c.number))).scalar() or 0
    # the newest link stays: running processes remember it
    wanted = min(newest, younger or newest) - 1
    number = min(wanted, start.number + MOST_LINKS)
    if number <= start.number:
        raise CannotVerify("Nothing was archived: the oldest event is not before that day.")
    mac = connection.execute(sa.select(LINK.c.mac).where(LINK.c.number == number)).scalar_one()
    return Head(number, bytes(mac)), number < wanted


def _links(connection: sa.Connection, after: int, last: int) -> Iterator[ArchivedLink]:
    while after < last and (links := link_rows(connection, LINKS.params(after=after))):
        patients = patient_ids(connection, links)
        for link in links:
            if link[0] <= last:
                yield ArchivedLink(tuple(link), patients.get(link[4], ()))
        after = links[-1][0]


def _check(output: Path, keys: ChainKeys, last: Head) -> None:
    """Read the file again from the disk. Raise ChainBroken."""
    reader = ArchiveReader(output, keys)
    count = sum(1 for _ in reader.links())
    if count != last.number - reader.before.number:
        raise CannotVerify(f"Nothing was archived: {output} holds {count} links.")
