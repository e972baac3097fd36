"""The commands `careplus record`: export and erasure of one patient's record."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from careplus_cli.refusing import refuse, settings_or_refuse

record = typer.Typer(no_args_is_help=True, help="The record of one patient.")
Patient = Annotated[int, typer.Argument(help="The number of the patient's account, as in the address of the page People.")]
Why = Annotated[str, typer.Option(help="Who asked for it and who decided, 10 to 500 characters; the patient reads it.")]


@record.command("export")
def export_record(
    patient: Patient,
    output: Annotated[Path, typer.Option(help="New file, JSON; only its owner can read it.")],
    reason: Why,
) -> None:
    """Write the whole record of a patient at their request; the patient sees that in the access log."""
    from careplus_cli.database import DatabaseUnusable, one_line_errors
    from careplus_cli.exporting import CannotExport, export_to_file

    settings = settings_or_refuse()
    try:
        with one_line_errors():
            rows = asyncio.run(export_to_file(settings.database, patient, output, reason))
    except (CannotExport, DatabaseUnusable) as error:
        refuse(str(error))
    typer.echo(f"The record of patient {patient}, {rows:,} rows, is in {output}.")


@record.command("erase")
def erase_record(
    patient: Patient,
    reason: Annotated[
        str, typer.Option(help="Who asked for it and who decided, 10 to 500 characters; it stays in the audit trail.")
    ],
    confirm: Annotated[bool, typer.Option("--confirm", help="Erase; without it, only show what would go and stay.")] = False,
) -> None:
    """Show the data of a patient that may not be kept, and with --confirm remove them, after CAREPLUS_RETENTION_YEARS."""
    from careplus_cli.database import DatabaseUnusable, one_line_errors
    from careplus_cli.erasing.acts import erase
    from careplus_cli.erasing.plan import CannotErase
    from careplus_runtime.process.settings import SettingsError

    settings = settings_or_refuse()
    try:
        with one_line_errors():
            plan = asyncio.run(erase(settings, patient, reason, confirmed=confirm))
    except (CannotErase, DatabaseUnusable, SettingsError) as error:
        refuse(str(error))
    for line in plan.lines():
        typer.echo(line)
    typer.echo("Done." if confirm else "Nothing was changed; --confirm erases.")
