"""Counts refused requests of one account or network beyond a bound, so that a loop of them cannot fill the disk with events."""

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime

from careplus_contracts.audit import COUNT_REFUSALS
from careplus_runtime.audit.event import Event
from careplus_runtime.http.addresses import network_of
from careplus_runtime.process.clock import now
from careplus_runtime.process.logs import error_type, log

BOUND = 60
"""Refused requests of one account, process and window with events of their own; of one network where no account is known."""
MOST_NETWORKS = 50
"""Actions of networks in one window with events of their own; the requests of further ones are counted together."""
WINDOW_S = 60.0
MOST_PATIENTS = 100
Caller = int | str
"""The id of an account, or an action and a network."""
OTHERS: Caller = "others"


@dataclass
class _Window:
    since: datetime
    refused: int = 0
    counted: int = 0
    last: Event | None = None
    patients: set[int] = field(default_factory=set)

    def count(self, event: Event) -> None:
        self.counted, self.last = self.counted + 1, event
        for patient in event.patients:
            if len(self.patients) < MOST_PATIENTS:
                self.patients.add(patient)


class RefusalCounts:
    """The windows of this process, one for each account, or network without one, that was refused in it."""

    def __init__(self, add: Callable[[Event], Awaitable[None]], bound: int = BOUND, window_s: float = WINDOW_S) -> None:
        self._add = add
        self._bound = bound
        self._window_s = window_s
        self._windows: dict[Caller, _Window] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def takes(self, event: Event) -> bool:
        """Return whether the event is counted instead of written."""
        caller = self._caller_of(event)
        if (window := self._windows.get(caller)) is None:
            window = self._windows[caller] = _Window(now())
            asyncio.get_running_loop().call_later(self._window_s, self._close, caller, window)
        window.refused += 1
        if window.refused <= (0 if caller == OTHERS else self._bound):
            return False
        window.count(event if caller != OTHERS else Event({**event.row, "address": None}, event.patients))
        return True

    def _caller_of(self, event: Event) -> Caller:
        if (account_id := event.row["account_id"]) is not None:
            return int(account_id)
        # by action too: a loop of wrong check-in codes does not hide wrong passwords
        caller = f"{event.row['action']} {network_of(event.row['address'] or 'nowhere')}"
        networks = sum(isinstance(one, str) for one in self._windows)
        return caller if caller in self._windows or networks < MOST_NETWORKS else OTHERS

    async def flush(self) -> None:
        """Write the counts of open windows."""
        for caller, window in list(self._windows.items()):
            self._close(caller, window)
        await asyncio.gather(*self._tasks)

    def _close(self, caller: Caller, window: _Window) -> None:
        if self._windows.get(caller) is not window:
            return
        del self._windows[caller]
        if window.last is not None:
            task = asyncio.create_task(self._write(window, window.last))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _write(self, window: _Window, last: Event) -> None:
        counted = f"{window.counted} more requests were refused from {window.since:%H:%M:%S} to {now():%H:%M:%S} UTC"
        row = {**last.row, "at": now(), "request_id": f"count-{secrets.token_hex(8)}", "action": COUNT_REFUSALS}
        try:
            await self._add(Event({**row, "object_id": None, "reason": counted, "members": None}, window.patients))
        except Exception as error:
            log.error("refusals_not_counted", count=window.counted, reason=error_type(error))
