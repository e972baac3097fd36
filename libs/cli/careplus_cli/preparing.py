"""Prepare a hospital's database for its services: the schema, and the demo's people or the first administrator."""

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import typer

from careplus_runtime.process.clock import this_second
from careplus_runtime.process.settings import Settings
from careplus_runtime.process.urls import is_loopback

if TYPE_CHECKING:
    from careplus_cli.database import Contents

LOGINS = """\
  patients        pat@demo.example    sam@demo.example
  doctors         osei@demo.example   lind@demo.example
  laboratory      lab@demo.example
  reception       desk@demo.example
  administrator   admin@demo.example
  password        demo-hospital-1
  waiting room    /screen#token=demo-screen-0000000000000000000000000000000"""
FIRST_LINK = "  The first administrator chooses a password here; the link works once:\n  {}"

LOG_SHOWS_VALUES = """\
PostgreSQL writes the values of refused rows, such as e-mail addresses, to its log. An administrator of the server ends that:
  ALTER SYSTEM SET log_error_verbosity = terse; SELECT pg_reload_conf();"""


class CannotOpen(Exception):
    """The hospital does not start; the message is one line with the reason and the remedy."""


def check_demo_is_local(settings: Settings) -> None:
    """Raise CannotOpen when other machines could reach a demo hospital."""
    if not is_loopback(settings.host):
        raise CannotOpen(f"The passwords of a demo are public, so it opens on 127.0.0.1 only, not on {settings.host}.")


def prepare(settings: Settings, *, demo: bool) -> str | None:
    """Migrate, and fill the demo hospital; return the first administrator's link if no administrator has a password.

    Raises CannotOpen.
    """
    from careplus_cli import database
    from careplus_tables.locking import Work, alone

    asked_at = this_second()
    try:
        # the first of several processes that start at the same time prepares; the others find it done
        with database.one_line_errors(), alone(settings.database, Work.PREPARE):
            return _prepare(settings, asked_at, demo=demo)
    except database.DatabaseUnusable as reason:
        raise CannotOpen(str(reason)) from None


def _prepare(settings: Settings, asked_at: datetime, *, demo: bool) -> str | None:
    from careplus_cli import database

    url = settings.database
    if is_new(url):
        typer.echo("Creating the database")
    database.migrate(url, settings.clinic_zone)
    if database.log_shows_values(url):
        typer.echo(LOG_SHOWS_VALUES)
    contents = database.contents(url)
    _check_kind(contents, demo)
    if demo and not contents.has_demo:
        from careplus_cli.filling import fill_demo

        typer.echo("Filling the demo hospital")
        fill_demo(settings)
    elif demo and not contents.has_upcoming_visits:
        typer.echo(f"This demo hospital was filled weeks ago; for a fresh one remove {settings.data} and start again.")
    elif not demo and not contents.has_administrator:
        from careplus_auth.sign_in.bootstrap_admin import invite_first_admin

        return invite_first_admin(url, settings.public_url, asked_at)
    return None


def is_new(url: str) -> bool:
    """Return whether the database has no schema yet. Raises CannotOpen."""
    parts = urlsplit(url)
    if parts.scheme.startswith("sqlite"):
        return not Path(parts.path[1:]).exists()
    from careplus_cli import database
    from careplus_tables.migrate import revision

    try:
        with database.one_line_errors():
            return revision(url) is None
    except database.DatabaseUnusable as reason:
        raise CannotOpen(str(reason)) from None


def _check_kind(contents: "Contents", demo: bool) -> None:
    remedy = "Set CAREPLUS_DATA to another folder, or CAREPLUS_PORT and CAREPLUS_DATA for two hospitals at once."
    if demo and contents.has_accounts and not contents.has_demo:
        raise CannotOpen(f"This database is a real hospital's, not a demo. {remedy}")
    if contents.has_demo and not demo:
        reason = "This database is a demo hospital's, and its passwords are public"
        raise CannotOpen(f"{reason}: add --demo, or in containers set CAREPLUS_DEMO=1. {remedy}")
