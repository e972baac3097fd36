"""Print the state that a process starts with, as JSON: `python -m tests.architecture.process_probe`."""

import asyncio
import gc
import json
import logging
import os
import random
import resource
import signal
import sys
import threading
import uuid
from typing import Any

import pysqlite3
import structlog

SIGNALS = sorted(signal.valid_signals() - {signal.SIGKILL, signal.SIGSTOP})


def state() -> dict[str, Any]:
    """Return the state that a forked and an executed process must share."""
    return {
        "arguments": sys.argv[1:],
        "main": __name__,
        "environment": dict(os.environ),
        "folder": os.getcwd(),
        "leads a session": os.getsid(0) == os.getpid() == os.getpgid(0),
        "files": [os.readlink(f"/proc/self/fd/{fd}") for fd in (0, 1, 2)],
        # listing them opens one more
        "other files": len(os.listdir("/proc/self/fd")) - 4,
        "standard input": [sys.stdin.fileno(), sys.stdin.read()],
        "handlers": [str(signal.getsignal(number)).partition(" at ")[0] for number in SIGNALS],
        "blocked": sorted(signal.pthread_sigmask(signal.SIG_BLOCK, ())),
        "wakeup": signal.set_wakeup_fd(-1),
        "threads": [thread.name for thread in threading.enumerate()],
        "kernel threads": len(os.listdir("/proc/self/task")),
        "loop": repr(asyncio._get_running_loop()),
        "logging": [logging.root.level, len(logging.root.handlers), structlog.is_configured()],
        "garbage": [gc.isenabled(), gc.get_threshold(), gc.get_freeze_count()],
        "limits": [resource.getrlimit(resource.RLIMIT_NOFILE), resource.getrlimit(resource.RLIMIT_FSIZE), os.umask(0o22)],
        "cores": sorted(os.sched_getaffinity(0)),
    }


def chance() -> list[str]:
    """Return random values of each generator that the services use."""
    [drawn] = pysqlite3.connect(":memory:").execute("SELECT hex(randomblob(8))").fetchone()
    return [str(random.random()), str(uuid.uuid4()), os.urandom(8).hex(), drawn]


if __name__ == "__main__":
    sys.stdout.write(json.dumps({"state": state(), "chance": chance(), "pid": os.getpid()}))
