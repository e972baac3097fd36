"""Kill a service between commit and answer. Python runs this in each process that has this folder on PYTHONPATH.

A file in the folder KILL_ORDERS, named like a service, makes that service kill itself during its next POST or PUT: before the
first byte of the answer, or, if the file contains "commit", after the first commit: the change is committed and not answered. If
the file contains "before", it is killed before the first commit: the change is lost.
"""

import os
import signal
import sys
from contextvars import ContextVar
from pathlib import Path
from typing import Any
from unittest.mock import patch

from sqlalchemy.event import listen
from sqlalchemy.orm import Session
from uvicorn.protocols.http.httptools_impl import RequestResponseCycle

run_asgi, send = RequestResponseCycle.run_asgi, RequestResponseCycle.send
changes = ContextVar("changes", default=False)


def kill_if_ordered(moment: str) -> None:
    if changes.get():
        order = Path(os.environ["KILL_ORDERS"]) / Path(sys.argv[0]).parent.name.removeprefix("careplus_")
        if order.exists() and order.read_text() == moment:
            order.unlink()
            os.kill(os.getpid(), signal.SIGKILL)


async def send_unless_killed(cycle: RequestResponseCycle, message: Any) -> None:
    if message["type"] == "http.response.start":
        kill_if_ordered("answer")
    await send(cycle, message)


def after_commit(session: Session) -> None:
    # a released savepoint is not committed yet
    if not session.in_nested_transaction():
        kill_if_ordered("commit")


def before_commit(session: Session) -> None:
    if not session.in_nested_transaction():
        kill_if_ordered("before")


async def run_marked(cycle: RequestResponseCycle, app: Any) -> None:
    # each request runs in its own task, so background tasks of the service have no mark and are not killed
    changes.set(cycle.scope["method"] in {"POST", "PUT"})
    await run_asgi(cycle, app)


patch.object(RequestResponseCycle, "send", send_unless_killed).start()
patch.object(RequestResponseCycle, "run_asgi", run_marked).start()
listen(Session, "before_commit", before_commit)
listen(Session, "after_commit", after_commit)
