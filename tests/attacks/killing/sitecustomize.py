"""Python runs this at the start of a process that has this folder on PYTHONPATH; it kills the process between commit and answer.

Where the folder DIES_IN has a file with the name of a service, the service kills itself during the next POST or PUT: at the first
byte of its answer, or, if "commit" stands in the file, after its first commit. The change is committed, and no answer is sent.
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


def die_if_asked(moment: str) -> None:
    if changes.get():
        asked = Path(os.environ["DIES_IN"]) / Path(sys.argv[0]).parent.name.removeprefix("careplus_")
        if asked.exists() and asked.read_text() == moment:
            asked.unlink()
            os.kill(os.getpid(), signal.SIGKILL)


async def or_die(cycle: RequestResponseCycle, message: Any) -> None:
    if message["type"] == "http.response.start":
        die_if_asked("answer")
    await send(cycle, message)


def committed(session: Session) -> None:
    # part of a transaction is not kept yet
    if not session.in_nested_transaction():
        die_if_asked("commit")


async def noticed(cycle: RequestResponseCycle, app: Any) -> None:
    # a task of its own for each request: background work of the service is not killed
    changes.set(cycle.scope["method"] in {"POST", "PUT"})
    await run_asgi(cycle, app)


patch.object(RequestResponseCycle, "send", or_die).start()
patch.object(RequestResponseCycle, "run_asgi", noticed).start()
listen(Session, "after_commit", committed)
