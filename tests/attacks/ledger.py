"""What is in the database file, counted from outside."""

from contextlib import closing
from typing import Any

import pysqlite3

from tests.hospital import Hospital


def query(hospital: Hospital, sql: str, *values: Any) -> list[tuple[Any, ...]]:
    with closing(pysqlite3.connect(f"file:{hospital.data}/careplus.db?mode=ro", uri=True)) as connection:
        rows: list[tuple[Any, ...]] = connection.execute(sql, values).fetchall()
        return rows


def write(hospital: Hospital, sql: str, *values: Any) -> None:
    with closing(pysqlite3.connect(hospital.data / "careplus.db", timeout=30)) as connection, connection:
        connection.execute(sql, values)


def tables(hospital: Hospital) -> list[str]:
    """All but those that note who asked, which grow with every request."""
    names = query(hospital, "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
    return [name for (name,) in names if not name.startswith("audit")]


def contents(hospital: Hospital) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table."""
    return {name: query(hospital, f"SELECT * FROM {name} ORDER BY 1, 2") for name in tables(hospital)}
