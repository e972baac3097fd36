"""The commands `careplus backup`, `careplus restore` and `careplus keys`."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from careplus_cli.refusing import refuse, settings_or_refuse

keys = typer.Typer(no_args_is_help=True, help="The keys of backups and of stored values.")


def backup() -> None:
    """Back the database up into CAREPLUS_BACKUP_FOLDER while the services run, then remove superseded backups."""
    from careplus_auth.backups.making import make_backup
    from careplus_auth.backups.refusing import BackupFailed
    from careplus_runtime.process.settings import SettingsError

    try:
        made = make_backup(settings_or_refuse())
    except (BackupFailed, SettingsError) as reason:
        refuse(f"No backup was made: {reason}.", code=1)
    if made is None:
        refuse("Another process makes a backup now; try again when it is done.", code=1)
    manifest, chain = made.manifest, made.manifest.chain_number
    typer.echo(f"Wrote {made.file} ({made.file.stat().st_size:,} bytes, encryption: {manifest.encryption}) and read it again.")
    typer.echo(
        f"It holds revision {manifest.revision}, {sum(manifest.tables.values()):,} rows of {len(manifest.tables)} tables,"
        f" and the audit chain up to number {chain}."
    )
    for old in made.removed:
        typer.echo(f"Removed {old.name}, which newer ones supersede.")


def restore(
    file: Annotated[Path, typer.Argument(help="A file of `careplus backup`.")],
    key: Annotated[
        Path | None, typer.Option(help="File of the age key, for CAREPLUS_BACKUP_ENCRYPTION=age. A passphrase is a setting.")
    ] = None,
    reason: Annotated[str, typer.Option(help="Why; it stays in the audit trail.")] = "A backup was restored",
    broken_chain: Annotated[
        bool, typer.Option("--broken-chain", help="Also a copy whose audit chain was broken when it was made.")
    ] = False,
) -> None:
    """Check a backup, then put it in place of the database: SQLite keeps the old file, PostgreSQL needs an empty database."""
    from careplus_auth.backups.refusing import BackupDamaged, BackupFailed
    from careplus_cli.database import DatabaseUnusable
    from careplus_cli.replacing import CannotRestore
    from careplus_cli.restoring import restore_backup
    from careplus_runtime.process.settings import SettingsError

    try:
        for line in restore_backup(settings_or_refuse(), file, key, reason, despite_chain=broken_chain):
            typer.echo(line)
    except BackupDamaged as damage:
        refuse(f"{file} is refused: {damage}. Nothing was changed.", code=1)
    except (BackupFailed, CannotRestore, DatabaseUnusable, SettingsError) as cause:
        refuse(f"Nothing was restored: {cause}", code=1)


@keys.command("backup")
def backup_key(file: Annotated[Path, typer.Argument(help="New file of the private key; keep it on another machine.")]) -> None:
    """Make a key of age for backups, and print the public one for CAREPLUS_BACKUP_RECIPIENTS."""
    from careplus_auth.backups.encryption import new_key

    try:
        public = new_key(file)
    except OSError as error:
        refuse(f"{file} cannot be written: {error.strerror}")
    sys.stdout.write(f"CAREPLUS_BACKUP_RECIPIENTS={public}\n")


@keys.command()
def rotate() -> None:
    """Encrypt second factors and queued mails with the first secret of SECRET_KEY; run it again after an interruption."""
    from careplus_cli.database import DatabaseUnusable
    from careplus_cli.rotating import rotate_keys
    from careplus_runtime.process.settings import SettingsError

    try:
        for line in rotate_keys(settings_or_refuse()):
            typer.echo(line)
    except (DatabaseUnusable, SettingsError) as reason:
        refuse(str(reason), code=1)


def add_commands(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    app.command()(backup)
    app.command()(restore)
    app.add_typer(keys, name="keys")
