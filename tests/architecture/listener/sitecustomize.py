"""Record the table of each write. Python runs this in each process that has this folder on PYTHONPATH.

SQLite calls `record_write` for each statement that it prepares, on every connection and through every library.
"""

import os
import sys
from typing import Any

import pysqlite3
import pysqlite3.dbapi2

ACTIONS = {pysqlite3.SQLITE_INSERT: "insert", pysqlite3.SQLITE_UPDATE: "update", pysqlite3.SQLITE_DELETE: "delete"}

connect = pysqlite3.dbapi2.connect
seen: set[tuple[str, str]] = set()


def record_write(action: int, table: str, *_: Any) -> int:
    if action in ACTIONS and (ACTIONS[action], table) not in seen:
        seen.add((ACTIONS[action], table))
        package = os.path.basename(os.path.dirname(sys.argv[0]))
        service = "command" if package == "careplus_cli" else package.removeprefix("careplus_")
        with open(os.environ["WRITE_LOG"], "a") as log:
            log.write(f"{service} {ACTIONS[action]} {table}\n")
    return int(pysqlite3.SQLITE_OK)


def connect_with_recorder(*args: Any, **kwargs: Any) -> Any:
    connection = connect(*args, **kwargs)
    connection.set_authorizer(record_write)
    return connection


pysqlite3.connect = pysqlite3.dbapi2.connect = connect_with_recorder
