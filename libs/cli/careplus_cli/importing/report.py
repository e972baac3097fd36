"""Run an import and report each row."""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from careplus_auth.crypto.signing import secrets_of
from careplus_auth.crypto.vault import Vault
from careplus_cli.importing.people import Candidate, People, read_people
from careplus_cli.importing.saving import compare, save
from careplus_cli.importing.table import MOST_BYTES, NotImportable
from careplus_runtime.process.settings import Settings
from careplus_tables.engine import Database

VAULT_PURPOSE = "what is kept encrypted"


class _RolledBack(Exception):
    pass


@dataclass(frozen=True)
class Report:
    """The candidates of all rows, and whether the accounts of new ones were written."""

    found: Sequence[Candidate]
    written: bool

    @property
    def refused(self) -> int:
        return sum(bool(one.row.errors) for one in self.found)

    @property
    def present(self) -> int:
        return sum(one.present and not one.row.errors for one in self.found)

    @property
    def new(self) -> int:
        return len(self.found) - self.refused - self.present

    def lines(self) -> Iterator[str]:
        """Yield a line for each row, with a line for each error."""
        for one in self.found:
            if one.row.errors:
                for column, reason in one.row.errors.items():
                    yield f"line {one.row.line}: error: {' '.join(filter(None, (column, reason)))}"
            elif one.present:
                yield f"line {one.row.line}: already here, unchanged"
            else:
                yield f"line {one.row.line}: new" + (f", account {one.account_id}" if self.written else "")


def import_file(settings: Settings, people: People, file: Path, *, dry_run: bool) -> Report:
    """Write all new people, or none: a row with an error, or a dry run, rolls everything back.

    Raise NotImportable, and the errors of settings and database.
    """
    try:
        with file.open("rb") as opened:
            data = opened.read(MOST_BYTES + 1)
    except OSError as error:
        raise NotImportable(f"{file} cannot be read: {error.strerror}.") from None
    found, vault = read_people(data, people), Vault(secrets_of(settings), VAULT_PURPOSE)
    return asyncio.run(_write(settings, people, found, vault, dry_run))


async def _write(settings: Settings, people: People, found: Sequence[Candidate], vault: Vault, dry_run: bool) -> Report:
    database = Database(settings.database)
    try:
        async with database.writing() as db:
            await compare(db, people, found)
            report = Report(found, written=False)
            if not report.refused:
                # also in a dry run, so that the database checks the rows of an import
                await save(db, vault, people, [one for one in found if not one.present], settings.public_url)
            if report.refused or dry_run:
                raise _RolledBack
            return Report(found, written=True)
    except _RolledBack:
        return Report(found, written=False)
    finally:
        await database.close()
