"""Rows of every table from one database to another, in the order of their foreign keys."""

from collections.abc import Iterator

import psycopg
import sqlalchemy as sa

from careplus_cli.move.refusals import CannotMove
from careplus_cli.progress import Report
from careplus_tables import database_errors
from careplus_tables.audit import AuditEventRow
from careplus_tables.audit_links import AuditLinkRow, UnlinkedEventRow
from careplus_tables.columns import core
from careplus_tables.registry import METADATA

BATCH = 2000
EVENT, LINK, QUEUE = core(AuditEventRow), core(AuditLinkRow), core(UnlinkedEventRow)
_QUEUE_OF_FILE = sa.insert(QUEUE).from_select(
    ["event_id"],
    sa.select(EVENT.c.id).where(EVENT.c.id > sa.func.coalesce(sa.select(sa.func.max(LINK.c.event_id)).scalar_subquery(), 0)),
)
"""On SQLite the events after the last linked one wait for a link; on PostgreSQL the ones in this table."""


def copy_tables(source: sa.Connection, target: sa.Connection, report: Report) -> int:
    """Copy all rows and return their number. Raise CannotMove when the target refuses one, or does not have all."""
    counts = {table: _count(source, table) for table in METADATA.sorted_tables}
    done, total = 0, sum(counts.values())
    for table, count in counts.items():
        for rows in _copied(source, target, table):
            done += rows
            report("rows", done, total)
        if (found := _count(target, table)) != count:
            raise CannotMove(f"{table.name} has {count:,} rows at the source and {found:,} at the target.")
    if source.dialect.name == "sqlite":
        target.execute(_QUEUE_OF_FILE)
    return total


def _copied(source: sa.Connection, target: sa.Connection, table: sa.Table) -> Iterator[int]:
    """Copy the rows of a table, and yield the number of each batch."""
    names = ", ".join(f'"{column.name}"' for column in table.columns)
    query = sa.select(*map(_stored, table.columns)).execution_options(yield_per=BATCH)
    driver: psycopg.Connection = target.connection.driver_connection  # type: ignore[assignment] # SQLAlchemy's type is any driver's
    try:
        with driver.cursor() as cursor, cursor.copy(f'COPY "{table.name}" ({names}) FROM STDIN') as copy:
            for rows in source.execute(query).partitions():
                for row in rows:
                    copy.write_row(row)
                yield len(rows)
    except psycopg.Error as error:
        database_errors.hide_values(error)
        raise CannotMove(f"The target refuses the rows of {table.name}: {error}. The source is unchanged.") from None


def _stored(column: sa.Column[object]) -> sa.ColumnElement[object]:
    """Read JSON as text, so that it stays as it was written."""
    return sa.cast(column, sa.Text) if isinstance(column.type, sa.JSON) else column


def _count(connection: sa.Connection, table: sa.Table) -> int:
    return connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()
