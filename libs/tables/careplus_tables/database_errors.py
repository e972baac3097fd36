"""Errors of PostgreSQL by SQLSTATE: the ones that end by themselves, and texts without the values of rows."""

from typing import Any

import sqlalchemy as sa

TEMPORARY = {
    "25006": "the address leads to a standby since a failover",
    "25P02": "an earlier statement of the transaction failed",
    "25P03": "the transaction was idle for too long",
    "26000": "a pooler gave the connection to another server process",
    "40001": "another transaction changed the same rows",
    "40P01": "two transactions waited for each other",
    "55P03": "another transaction holds a lock",
}
"""Errors after which the same request succeeds, with the reason."""
TEMPORARY_CLASSES = ("08", "53", "57")
"""No connection, no resources, and the administrator's commands: shutdown, crash recovery, cancelled statements."""
WITH_VALUES = "22"
"""The SQLSTATE class "data exception". The first line of such an error quotes a value."""


def is_temporary(error: sa.exc.DBAPIError) -> bool:
    """Return whether the same request may succeed in a moment."""
    state: str = getattr(error.orig, "sqlstate", None) or ""
    if not state:
        # SQLite, or a connection that ended without a word of the server
        return isinstance(error, sa.exc.OperationalError | sa.exc.InterfaceError)
    return state in TEMPORARY or state.startswith(TEMPORARY_CLASSES)


def hide_values(error: BaseException) -> None:
    """Reduce an error of psycopg to the server's first line, or to its class where that line has a value; DETAIL has the row."""
    first_line = getattr(getattr(error, "diag", None), "message_primary", None)
    if first_line is not None:
        has_value = (getattr(error, "sqlstate", None) or "").startswith(WITH_VALUES)
        error.args = (type(error).__name__ if has_value else first_line,)


def install(engine: sa.Engine) -> None:
    """Hide values in all errors of this engine."""
    sa.event.listen(engine, "handle_error", _hide)


def _hide(context: sa.engine.ExceptionContext) -> Any:
    original, wrapped = context.original_exception, context.sqlalchemy_exception
    full_text = str(original)
    hide_values(original)
    if wrapped is not None:
        wrapped.args = tuple(text.replace(full_text, str(original)) for text in wrapped.args)
