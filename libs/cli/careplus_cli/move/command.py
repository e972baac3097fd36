"""The command `careplus move`."""

from importlib.util import find_spec
from typing import Annotated

import typer

from careplus_cli.refusing import refuse, settings_or_refuse

NO_DRIVER = "The driver of PostgreSQL is missing. Install careplus-tables[postgresql]; for images set CAREPLUS_EXTRAS=postgresql."


def move(to: Annotated[str, typer.Option(help="The empty database: postgresql://user:password@host/name.")]) -> None:
    """Move the hospital to an empty PostgreSQL database while no service runs; the source stays as it is."""
    if find_spec("psycopg") is None:
        refuse(NO_DRIVER, code=1)
    from careplus_cli.database import DatabaseUnusable
    from careplus_cli.move.hospital import move_hospital
    from careplus_cli.move.refusals import CannotMove
    from careplus_runtime.process.settings import SettingsError

    try:
        move_hospital(settings_or_refuse(), to)
    except (CannotMove, DatabaseUnusable, SettingsError) as reason:
        refuse(str(reason), code=1)
