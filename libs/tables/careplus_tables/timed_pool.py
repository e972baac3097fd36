"""A connection pool that can measure the waits for its connections."""

import time
from collections.abc import Callable

import sqlalchemy as sa
from sqlalchemy.pool import PoolProxiedConnection


class TimedPool(sa.AsyncAdaptedQueuePool):
    """SQLAlchemy's pool for asyncio."""

    observe_wait: Callable[[float], object] | None = None
    """Takes the seconds until a connection was free, or open where it is new; None: waits are not measured."""

    def connect(self) -> PoolProxiedConnection:
        if self.observe_wait is None:
            return super().connect()
        started = time.perf_counter()
        connection = super().connect()
        self.observe_wait(time.perf_counter() - started)
        return connection
