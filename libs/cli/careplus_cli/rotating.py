"""`careplus keys rotate`: encrypt the stored values with the newest secret."""

import asyncio
from collections.abc import Iterator

from careplus_auth.crypto.rotation import Rotated, rotate_mails, rotate_second_factors
from careplus_auth.crypto.signing import secrets_of
from careplus_auth.crypto.vault import STORED, Vault
from careplus_cli.database import DatabaseUnusable, one_line_errors
from careplus_runtime.process.settings import Settings
from careplus_tables.engine import Database
from careplus_tables.migrate import HEAD, revision


def rotate_keys(settings: Settings) -> Iterator[str]:
    """Rotate, and yield lines for the operator. Raises DatabaseUnusable and SettingsError."""
    secrets = secrets_of(settings)
    with one_line_errors():
        if (found := revision(settings.database)) != HEAD:
            raise DatabaseUnusable(f"The database is at revision {found or 'none'}, not at {HEAD}: run `careplus migrate`.")
        factors, mails = asyncio.run(_rotate(settings, Vault(secrets, STORED)))
    yield f"Encrypted {factors.renewed} second factors and {mails.renewed} mails again, with the first secret of SECRET_KEY."
    if lost := factors.unreadable + mails.unreadable:
        yield f"{lost} values have a secret that SECRET_KEY does not list: add it and run this again, or leave them unusable."
    if len(secrets) > 1:
        yield "Move the older secrets from SECRET_KEY to CAREPLUS_RETIRED_SECRETS, and restart auth."


async def _rotate(settings: Settings, vault: Vault) -> tuple[Rotated, Rotated]:
    database = Database(settings.database)
    try:
        return await rotate_second_factors(database, vault), await rotate_mails(database, vault)
    finally:
        await database.close()
