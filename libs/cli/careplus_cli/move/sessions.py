"""Other sessions of a PostgreSQL database: `careplus move` waits a moment for their end, and keeps new ones from writing."""

import time

import sqlalchemy as sa

from careplus_cli.move.refusals import IN_USE, CannotMove
from careplus_tables import sqlite
from careplus_tables.registry import METADATA

LOCK_NOT_AVAILABLE = "55P03"
_SETTINGS = {"lock_timeout": f"{sqlite.PATIENCE_S}s", "statement_timeout": 0, "idle_in_transaction_session_timeout": 0}
# processes of the server itself, such as autovacuum, have no user
_OTHERS = sa.text(
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    " AND usesysid IS NOT NULL AND backend_type IS DISTINCT FROM 'walsender'"
)


def lock_tables(connection: sa.Connection, end: str, mode: str) -> None:
    """Lock all tables until the transaction ends. Raise CannotMove when another transaction has a lock."""
    for name, value in _SETTINGS.items():
        connection.exec_driver_sql(f"SET LOCAL {name} = '{value}'")
    try:
        connection.exec_driver_sql(f"LOCK TABLE {', '.join(METADATA.tables)} IN {mode} MODE")
    except sa.exc.OperationalError as error:
        if getattr(error.orig, "sqlstate", None) == LOCK_NOT_AVAILABLE:
            raise CannotMove(f"The {end} is in use: a transaction holds a lock. {IN_USE}") from None
        raise


def refuse_other_sessions(connection: sa.Connection, end: str) -> None:
    """Raise CannotMove when other sessions use the database; services have some all the time."""
    deadline = time.monotonic() + sqlite.PATIENCE_S
    while count := connection.execute(_OTHERS).scalar_one():
        if time.monotonic() > deadline:
            raise CannotMove(f"The {end} is in use by {count} other sessions. {IN_USE}")
        time.sleep(0.1)
        # a transaction sees the same sessions until then
        connection.execute(sa.text("SELECT pg_stat_clear_snapshot()"))
