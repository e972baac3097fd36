"""Counts attempts that were slowed down, such as guessed passwords: one event a minute for each address and account."""

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlmodel import col

from careplus_contracts.audit import COUNT_ATTEMPTS
from careplus_contracts.texts import normal_email
from careplus_runtime.audit.event import Event
from careplus_runtime.process.clock import now
from careplus_runtime.process.logs import error_type, log
from careplus_tables.accounts import AccountRow
from careplus_tables.engine import Database

WINDOW_S = 60.0
MOST_CALLERS = 50
"""Addresses and accounts of one window with events of their own; one more event counts the others."""
Caller = tuple[str | None, str | None]
"""The address, and the e-mail that was typed."""
OTHERS: Caller = (None, None)
NAMES_NO_ONE = dict.fromkeys(("account_id", "role", "session_id", "address"))


@dataclass
class _Slowed:
    last: Event
    number: int = 0


class SlowedAttempts:
    """The attempts that this process has slowed down since the last events about them."""

    def __init__(self, database: Database, add: Callable[[Event], Awaitable[None]], window_s: float = WINDOW_S) -> None:
        self._database = database
        self._add = add
        self._window_s = window_s
        self._since = now()
        self._callers: dict[Caller, _Slowed] = {}
        self._writing: set[asyncio.Task[None]] = set()

    def count(self, event: Event, email: str | None) -> None:
        """Count a refused attempt; `event` is the one that it would have."""
        if not self._callers:
            self._since = now()
            asyncio.get_running_loop().call_later(self._window_s, self._close)
        caller = (event.row["address"], None if email is None else normal_email(email))
        if caller not in self._callers and len(self._callers) >= MOST_CALLERS:
            caller, event = OTHERS, Event({**event.row, **NAMES_NO_ONE})
        slowed = self._callers.setdefault(caller, _Slowed(event))
        slowed.last, slowed.number = event, slowed.number + 1

    async def flush(self) -> None:
        """Write the events of the open window."""
        self._close()
        await asyncio.gather(*self._writing)

    def _close(self) -> None:
        callers, self._callers = self._callers, {}
        if callers:
            task = asyncio.create_task(self._write(callers, self._since))
            self._writing.add(task)
            task.add_done_callback(self._writing.discard)

    async def _write(self, callers: dict[Caller, _Slowed], since: datetime) -> None:
        try:
            for (_, email), slowed in callers.items():
                counted = f"{slowed.number} attempts were slowed down from {since:%H:%M:%S} to {now():%H:%M:%S} UTC"
                row = {**slowed.last.row, "at": now(), "request_id": f"count-{secrets.token_hex(8)}", "action": COUNT_ATTEMPTS}
                row |= {"object_id": None, "reason": counted, "members": None, **await self._account(email)}
                await self._add(Event(row))
        except Exception as error:
            log.error("attempts_not_counted", reason=error_type(error))

    async def _account(self, email: str | None) -> dict[str, object]:
        """Return id and role of the account with this address, read now: the refusal took no time for it."""
        if email is None:
            return {}
        async with self._database.reading() as db:
            query = select(col(AccountRow.id), col(AccountRow.role)).where(col(AccountRow.email) == email)
            found = (await db.execute(query)).first()
        return {} if found is None else {"account_id": found[0], "role": found[1]}
