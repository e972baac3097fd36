"""Prepares a hospital's database before its services need it: the schema, the demo's people or the first administrator."""

from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import typer

from careplus_runtime.process.settings import Settings

if TYPE_CHECKING:
    from careplus_cli.database import Contents

LOGINS = """\
  patients        pat@demo.example    sam@demo.example
  doctors         osei@demo.example   lind@demo.example
  laboratory      lab@demo.example
  administrator   admin@demo.example
  password        demo-hospital-1"""
FIRST_LINK = "  The first administrator chooses a password here; the link works once:\n  {}"


class CannotOpen(Exception):
    """The hospital does not start; the message is one line that says why and what to do."""


def check_demo_stays_here(settings: Settings) -> None:
    """Raise CannotOpen where a demo hospital would be open to other machines."""
    if not _is_loopback(settings.host):
        raise CannotOpen(f"Everybody knows a demo's passwords, so it opens on 127.0.0.1 only, not on {settings.host}.")


def prepare(settings: Settings, *, demo: bool) -> str | None:
    """Migrate, and fill the demo hospital where it is one. Answers the first administrator's link where there is none yet.

    Raises CannotOpen.
    """
    from careplus_cli import database

    url = settings.database
    try:
        if is_new(url):
            typer.echo("Making the database")
        database.migrate(url)
        found = database.contents(url)
    except database.Unusable as reason:
        raise CannotOpen(str(reason)) from None
    _check_kind(found, demo)
    if demo and not found.demo:
        from careplus_cli.filling import fill_demo

        typer.echo("Filling the demo hospital")
        fill_demo(settings)
    elif demo and not found.coming:
        typer.echo(f"This demo hospital was filled weeks ago; for a fresh one remove {settings.data} and start again.")
    elif not demo and not found.administrator:
        from careplus_auth.sign_in.bootstrap_admin import invite_first_admin

        return invite_first_admin(url, settings.public_url)
    return None


def is_new(url: str) -> bool:
    """Whether this is a SQLite file that does not exist yet."""
    parts = urlsplit(url)
    return parts.scheme.startswith("sqlite") and not Path(parts.path[1:]).exists()


def _check_kind(found: "Contents", demo: bool) -> None:
    elsewhere = "Set CAREPLUS_DATA to another folder, or CAREPLUS_PORT and CAREPLUS_DATA for two side by side."
    if demo and found.accounts and not found.demo:
        raise CannotOpen(f"This database is a real hospital's, not a demo. {elsewhere}")
    if found.demo and not demo:
        knows = "This database is a demo hospital's, whose passwords everybody knows"
        raise CannotOpen(f"{knows}: add --demo, or in containers set CAREPLUS_DEMO=1. {elsewhere}")


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
