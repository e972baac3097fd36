"""What the commands ask of the database before they use it. Every refusal is one line."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from careplus_runtime.process.clock import now
from careplus_tables.engine import sync_engine
from careplus_tables.migrate import HEAD, WrongSchema, revision, upgrade

FIRST_DEMO_LOGIN = "pat@demo.example"
SOON = timedelta(days=7)


class Unusable(Exception):
    """The database cannot be used like this; the message is one line that says why."""


@dataclass(frozen=True)
class Contents:
    """Whether there are accounts at all, the demo's among them, an administrator who can sign in, and visits a week from now."""

    accounts: bool
    demo: bool
    administrator: bool
    coming: bool


def migrate(url: str) -> str | None:
    """Bring the database to HEAD; answers the revision it was at. Raises Unusable."""
    with in_one_line():
        before = revision(url)
        if before is not None and before > HEAD:
            raise Unusable(f"The database is at revision {before}, newer than this version of CarePlus ({HEAD}).")
        upgrade(url)
        return before


def contents(url: str) -> Contents:
    """What a migrated database holds. Raises Unusable."""
    asked = sa.text(
        "SELECT EXISTS (SELECT 1 FROM accounts), EXISTS (SELECT 1 FROM accounts WHERE email = :demo),"
        " EXISTS (SELECT 1 FROM accounts WHERE role = 'admin' AND password_hash IS NOT NULL),"
        " EXISTS (SELECT 1 FROM appointments WHERE starts_at > :soon)"
    )
    with in_one_line():
        engine = sync_engine(url)
        with engine.connect() as connection:
            found = connection.execute(asked, {"demo": FIRST_DEMO_LOGIN, "soon": f"{now() + SOON:%Y-%m-%dT%H:%M:%SZ}"}).one()
        engine.dispose()
        return Contents(*map(bool, found))


@contextmanager
def in_one_line() -> Iterator[None]:
    """Raise Unusable for what the database says."""
    try:
        yield
    except (SQLAlchemyError, WrongSchema, OSError) as error:
        reason = str(getattr(error, "orig", None) or error).strip().splitlines()
        raise Unusable(f"The database cannot be used: {reason[0] if reason else type(error).__name__}") from None
