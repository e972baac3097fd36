"""The database that `careplus move` fills: PostgreSQL, of this version, empty, and without other sessions."""

from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa

from careplus_cli.move.refusals import CannotMove, check_revision
from careplus_cli.move.sessions import lock_tables, refuse_other_sessions
from careplus_tables.addresses import database_url
from careplus_tables.columns import core
from careplus_tables.engine import sync_engine
from careplus_tables.labs import AnalyteRow, AnalyteVersionRow, LabTestAnalyteRow, LabTestRow, ReferenceRangeRow
from careplus_tables.migrate import revision
from careplus_tables.registry import METADATA

CATALOGUE = [core(kind) for kind in (LabTestAnalyteRow, LabTestRow, ReferenceRangeRow, AnalyteVersionRow, AnalyteRow)]
"""Tables that a migration fills, each before the tables that it references."""


def check_target(url: str) -> None:
    """Raise CannotMove unless the address is that of a PostgreSQL database of this version."""
    if database_url(url).get_backend_name() not in {"postgresql", "postgres"}:
        raise CannotMove("The target must be PostgreSQL. Write --to postgresql://user:password@host/careplus")
    check_revision(revision(url), "target")


@contextmanager
def empty_target(url: str) -> Iterator[sa.Connection]:
    """Yield a connection to a database without rows; commit at the end of the block, roll back if it raises.

    Triggers are off in the block: they would queue linked events again, and check rows that the source checked. Raise CannotMove,
    and the errors of SQLAlchemy.
    """
    engine = sync_engine(url)
    try:
        with engine.begin() as connection:
            lock_tables(connection, "target", "ACCESS EXCLUSIVE")
            refuse_other_sessions(connection, "target")
            _check_empty(connection)
            for table in CATALOGUE:
                connection.execute(sa.delete(table))
            _switch_triggers(connection, "DISABLE")
            yield connection
            _set_sequences(connection)
            _switch_triggers(connection, "ENABLE")
            connection.exec_driver_sql(f"ANALYZE {', '.join(METADATA.tables)}")
    finally:
        engine.dispose()


def _check_empty(connection: sa.Connection) -> None:
    for table in METADATA.sorted_tables:
        if table not in CATALOGUE and connection.execute(sa.select(sa.literal(1)).select_from(table).limit(1)).first():
            raise CannotMove(
                f"The target is not empty: {table.name} has rows. Create a database and run `careplus migrate` on it."
            )


def _switch_triggers(connection: sa.Connection, switch: str) -> None:
    """Turn our triggers off or on; the triggers of foreign keys always run."""
    for name in METADATA.tables:
        connection.exec_driver_sql(f"ALTER TABLE {name} {switch} TRIGGER USER")


def _set_sequences(connection: sa.Connection) -> None:
    """Let each sequence continue after the highest id. Two statements, because a distributed table has no subquery there."""
    for table in METADATA.sorted_tables:
        column = table.autoincrement_column
        if column is None:
            continue
        sequence = connection.scalar(sa.func.pg_get_serial_sequence(table.name, column.name))
        highest = connection.scalar(sa.select(sa.func.max(column)))
        if sequence and highest:
            connection.scalar(sa.select(sa.func.setval(sequence, highest)))
