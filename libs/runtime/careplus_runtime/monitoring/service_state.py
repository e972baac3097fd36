"""Metrics of a service's database connections and disk."""

import time
from collections.abc import Callable
from functools import partial
from typing import Any

import sqlalchemy as sa
from sqlalchemy.pool import ConnectionPoolEntry
from starlette.datastructures import State

from careplus_runtime.monitoring.catalogue import DISK_FLOOR, DISK_FREE, Sample
from careplus_runtime.process.disk_space import DiskSpace
from careplus_tables.engine import Database
from careplus_tables.timed_pool import TimedPool

_SINCE = "checked_out_at"


def watch_service(state: State) -> None:
    """Measure the connections of `state.database`, and read the disk at each scrape, where metrics are on."""
    if state.metrics is not None:
        state.readers.append(partial(read_disk, state.disk))
        _watch_connections(state.database)


async def read_disk(disk: DiskSpace) -> list[Sample]:
    """Return the free space, or nothing where the data are on no disk of this machine."""
    free = disk.free()
    return [] if free is None else [Sample(DISK_FREE, free), Sample(DISK_FLOOR, disk.floor)]


def _watch_connections(database: Database) -> None:
    from careplus_runtime.monitoring.metrics import DB_HELD, DB_WAIT, TRANSACTIONS

    for name, engine in (("reader", database.reader), ("writer", database.writer)):
        pool: Any = engine.sync_engine.pool
        assert isinstance(pool, TimedPool)
        pool.observe_wait = DB_WAIT.labels(name).observe
        sa.event.listen(pool, "checkout", _keep_time)
        sa.event.listen(pool, "checkin", partial(_observe_held, DB_HELD.labels(name).observe))
    for outcome in ("commit", "rollback"):
        sa.event.listen(database.writer.sync_engine, outcome, partial(_count, TRANSACTIONS.labels(outcome).inc))


def _keep_time(_: Any, record: ConnectionPoolEntry, __: Any) -> None:
    record.info[_SINCE] = time.perf_counter()


def _observe_held(observe: Callable[[float], object], _: Any, record: ConnectionPoolEntry) -> None:
    if (since := record.info.pop(_SINCE, None)) is not None:
        observe(time.perf_counter() - since)


def _count(count: Callable[[], object], _: Any) -> None:
    count()
