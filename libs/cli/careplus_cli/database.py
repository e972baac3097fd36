"""Migrate and inspect the database before a command uses it. Every error is one line."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from careplus_runtime.process.clock import now
from careplus_tables.engine import is_sqlite, sync_engine
from careplus_tables.migrate import HEAD, WrongSchema, is_compatible, revision, upgrade

FIRST_DEMO_LOGIN = "pat@demo.example"
UPCOMING = timedelta(days=7)


class DatabaseUnusable(Exception):
    """The database cannot be used; the message is one line with the reason."""


@dataclass(frozen=True)
class Contents:
    """Whether a database has any account, the demo's, an administrator with a password, and visits later than a week from now."""

    has_accounts: bool
    has_demo: bool
    has_administrator: bool
    has_upcoming_visits: bool


def migrate(url: str, zone: ZoneInfo) -> str | None:
    """Migrate the database of a clinic in this zone to HEAD and return its revision before.

    Leave a newer one with which this version works. Raises DatabaseUnusable.
    """
    with one_line_errors():
        before = revision(url)
        if before is not None and before > HEAD:
            if is_compatible(url):
                return before
            raise DatabaseUnusable(f"The database is at revision {before}, newer than this version of CarePlus ({HEAD}).")
        upgrade(url, zone)
        return before


def contents(url: str) -> Contents:
    """Inspect a migrated database. Raises DatabaseUnusable."""
    query = sa.text(
        "SELECT EXISTS (SELECT 1 FROM accounts), EXISTS (SELECT 1 FROM accounts WHERE email = :demo),"
        " EXISTS (SELECT 1 FROM accounts WHERE role = 'admin' AND password_hash IS NOT NULL),"
        " EXISTS (SELECT 1 FROM appointments WHERE starts_at > :soon)"
    )
    with one_line_errors():
        # a reader does not wait for another process that prepares the database, too
        with snapshot(url) as connection:
            found = connection.execute(query, {"demo": FIRST_DEMO_LOGIN, "soon": f"{now() + UPCOMING:%Y-%m-%dT%H:%M:%SZ}"}).one()
        return Contents(*map(bool, found))


def log_shows_values(url: str) -> bool:
    """Return whether the server of a PostgreSQL database writes the values of refused rows to its log."""
    if is_sqlite(url):
        return False
    engine = sync_engine(url)
    with engine.connect() as connection:
        verbosity: str = connection.execute(sa.text("SHOW log_error_verbosity")).scalar_one()
    engine.dispose()
    return verbosity != "terse"


@contextmanager
def one_line_errors() -> Iterator[None]:
    """Raise DatabaseUnusable, with a message of one line, for errors of the database."""
    try:
        yield
    except (SQLAlchemyError, WrongSchema, OSError) as error:
        reason = str(getattr(error, "orig", None) or error).strip().splitlines()
        raise DatabaseUnusable(f"The database cannot be used: {reason[0] if reason else type(error).__name__}") from None


@contextmanager
def snapshot(url: str) -> Iterator[sa.Connection]:
    """Open one snapshot of the database that blocks no writer."""
    engine = sync_engine(url, reader=True)
    try:
        with engine.connect() as connection:
            yield connection
    finally:
        engine.dispose()
