"""Python runs this at the start of a process that has this folder on PYTHONPATH; the process may die between commit and answer.

Where the folder DIES_IN has a file of its name, a service kills itself at the first byte of its next answer to a POST or PUT:
what it did is committed by then, and nobody hears of it.
"""

import os
import signal
import sys
from pathlib import Path
from typing import Any
from unittest.mock import patch

from uvicorn.protocols.http.httptools_impl import RequestResponseCycle

send = RequestResponseCycle.send


async def or_die(cycle: RequestResponseCycle, message: Any) -> None:
    if message["type"] == "http.response.start" and cycle.scope["method"] in {"POST", "PUT"}:
        asked = Path(os.environ["DIES_IN"]) / sys.argv[sys.argv.index("serve") + 1]
        if asked.exists():
            asked.unlink()
            os.kill(os.getpid(), signal.SIGKILL)
    await send(cycle, message)


patch.object(RequestResponseCycle, "send", or_die).start()
