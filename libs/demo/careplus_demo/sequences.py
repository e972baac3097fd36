"""Sequences of PostgreSQL after rows that were inserted with their ids."""

from collections.abc import Iterable

import sqlalchemy as sa
from sqlmodel import SQLModel


def reset_sequences(connection: sa.Connection, tables: Iterable[str]) -> None:
    """Set the sequences of these tables after the inserted ids, which they do not follow."""
    for name in tables:
        table = SQLModel.metadata.tables[name]
        if "id" in table.columns and table.columns["id"].autoincrement and not table.columns["id"].foreign_keys:
            highest = connection.execute(sa.select(sa.func.max(table.c.id))).scalar()
            # a statement of its own: Citus sends one with a table to that table's node; it does nothing with NULL
            connection.execute(sa.select(sa.func.setval(sa.func.pg_get_serial_sequence(name, "id"), highest)))
