"""Threads for work that takes long, and how much of it may wait for them."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar, TypeVarTuple

from careplus_contracts.refusals import Unavailable

R = TypeVar("R")
Given = TypeVarTuple("Given")


class Threads:
    """So many threads of one kind of work. `most`: of what is done and waits together."""

    def __init__(self, name: str, count: int, most: int) -> None:
        self._pool = ThreadPoolExecutor(max_workers=count, thread_name_prefix=name)
        self._most = most
        self._asked = 0

    async def run(self, work: Callable[[*Given], R], *given: *Given) -> R:
        """Raises Unavailable at once where the rest would wait longer than anybody does."""
        if self._asked >= self._most:
            raise Unavailable("Many are signing in or choosing passwords. Try again in a moment.")
        self._asked += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._pool, work, *given)
        finally:
            self._asked -= 1
