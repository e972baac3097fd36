"""Insertion of rows in batches, with progress."""

from collections.abc import Callable, Iterable
from itertools import islice
from typing import Any

import sqlalchemy as sa
from sqlmodel import SQLModel

from careplus_tables.columns import core

BATCH = 5000
Progress = Callable[[str, int, int], None]
"""Called with a table's name, the number of rows written, and the number expected."""


class RowWriter:
    """Inserts rows on one connection; `written` is their number by table."""

    def __init__(self, connection: sa.Connection, progress: Progress) -> None:
        self.connection, self.progress = connection, progress
        self.written: dict[str, int] = {}

    def write(self, kind: type[SQLModel], rows: Iterable[dict[str, Any]], total: int = 0) -> None:
        """Insert the rows of one table; `total` is their number, if it is known."""
        name, remaining, done = str(kind.__tablename__), iter(rows), 0
        statement = sa.insert(core(kind))
        while batch := list(islice(remaining, BATCH)):
            self.connection.execute(statement, batch)
            done += len(batch)
            self.progress(name, done, max(total, done))
        self.written[name] = done
