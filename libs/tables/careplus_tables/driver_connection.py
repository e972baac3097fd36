"""Connections of the driver itself, from the pool of an engine: SQLAlchemy's own cost more than a short statement."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine


async def check_out(engine: AsyncEngine) -> Any:
    """Return a connection of the engine's pool with its `driver_connection`; `close()` returns it. Raise the pool's errors."""
    # a session or connection of SQLAlchemy, and each of its greenlets, would cost more than the transaction
    pool: Any = engine.pool
    try:
        return pool.connect() if pool.checkedin() else await engine.raw_connection()
    except sa.exc.MissingGreenlet:
        # the pooled connection was invalidated: only a greenlet can open another
        return await engine.raw_connection()
