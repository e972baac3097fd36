"""The commands `careplus import`: patients and doctors of a CSV file."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from careplus_cli.refusing import refuse, settings_or_refuse

if TYPE_CHECKING:
    from careplus_cli.importing.people import People

imports = typer.Typer(no_args_is_help=True, help="People of a CSV file.")
File = Annotated[Path, typer.Argument(help="CSV in UTF-8, with commas or semicolons and a header; see docs/records.md.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Check each row also against the database, and write nothing.")]


@imports.command("patients")
def import_patients(file: File, dry_run: DryRun = False) -> None:
    """Make an account and an invitation for each patient. Exits with 1 and writes no row if one has an error."""
    from careplus_cli.importing.people import PATIENTS

    _run(PATIENTS, file, dry_run)


@imports.command("doctors")
def import_doctors(file: File, dry_run: DryRun = False) -> None:
    """Make an account, a profile, hours and an invitation for each doctor. Exits with 1 and writes no row if one has an error."""
    from careplus_cli.importing.people import DOCTORS

    _run(DOCTORS, file, dry_run)


def _run(people: "People", file: Path, dry_run: bool) -> None:
    from careplus_cli.database import DatabaseUnusable, one_line_errors
    from careplus_cli.importing.report import import_file
    from careplus_cli.importing.table import NotImportable
    from careplus_runtime.process.settings import SettingsError

    settings = settings_or_refuse()
    try:
        with one_line_errors():
            report = import_file(settings, people, file, dry_run=dry_run)
    except (NotImportable, DatabaseUnusable, SettingsError) as reason:
        refuse(str(reason))
    for line in report.lines():
        typer.echo(line)
    counts = f"{report.new:,} new, {report.present:,} already here, {report.refused:,} with errors"
    if report.refused:
        refuse(f"Nothing was imported: {counts}.", code=1)
    typer.echo(f"{'Nothing was imported, a dry run' if dry_run else 'Imported'}: {counts}.")
