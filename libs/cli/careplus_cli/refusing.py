"""How a command ends when it cannot do its work: one line on standard error and a code."""

from typing import TYPE_CHECKING, NoReturn

import typer

if TYPE_CHECKING:
    from careplus_runtime.process.settings import Settings


def refuse(reason: str, code: int = 2) -> NoReturn:
    """End the command with a line and a code."""
    typer.echo(f"careplus: {reason}", err=True)
    raise typer.Exit(code)


def settings_or_refuse() -> "Settings":
    """Return the settings, or end the command with the line that names a wrong one."""
    from careplus_runtime.process.settings import SettingsError, load_settings

    try:
        return load_settings()
    except SettingsError as error:
        refuse(str(error))
