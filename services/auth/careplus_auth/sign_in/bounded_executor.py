"""A thread pool with a bounded queue."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar, TypeVarTuple

from careplus_contracts.refusals import Unavailable

R = TypeVar("R")
Arguments = TypeVarTuple("Arguments")


class BoundedExecutor:
    """`threads` threads for one kind of work; at most `max_pending` calls run and wait together."""

    def __init__(self, name: str, threads: int, max_pending: int) -> None:
        self._pool = ThreadPoolExecutor(max_workers=threads, thread_name_prefix=name)
        self._max_pending = max_pending
        self._pending = 0

    async def run(self, work: Callable[[*Arguments], R], *arguments: *Arguments) -> R:
        """Run `work` in a thread. Raise Unavailable at once when the queue is full."""
        if self._pending >= self._max_pending:
            raise Unavailable("Many are signing in or choosing passwords. Try again in a moment.")
        self._pending += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._pool, work, *arguments)
        finally:
            self._pending -= 1
