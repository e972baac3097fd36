"""Start Python processes of tests by fork, from a server that has imported the services: a hospital costs 0.7 s, not 8.

A forked process has its own pid, session, signals, standard streams, environment and event loop. It differs from
`python -m careplus_cli run` in two ways: its modules were imported before, and /proc shows the server's command line and
environment. Tests of starts, settings and imports start the command itself.
"""

import json
import multiprocessing
import os
import runpy
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import cache, partial
from multiprocessing.context import ForkServerContext, ForkServerProcess
from pathlib import Path
from typing import IO, Any
from unittest.mock import patch

from careplus_cli.services import SERVICES

MODULES = [
    *(f"careplus_{service}.app" for service in (*SERVICES, "gateway")),
    "careplus_gateway.protocol",
    "careplus_cli.worker.app",
    "careplus_runtime.process.server",
    "careplus_cli.run",
    "careplus_cli.audit_commands",
    __name__,
]
"""The modules that the server imports. Not `careplus_cli.main`, which reads the time of its start."""
PROCESSES = len(SERVICES) + 1

Waiting = tuple[int, socket.socket]
"""A forked process and the connection on which it waits for its command."""


class ForkedProcess:
    """A process that `start` returns, with the members of subprocess.Popen that tests use."""

    def __init__(self, process: ForkServerProcess) -> None:
        self._process = process
        self.pid: int = process.pid or 0

    @property
    def returncode(self) -> int | None:
        return self._process.exitcode

    def poll(self) -> int | None:
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        self._process.join(timeout)
        if self.returncode is None:
            raise subprocess.TimeoutExpired("a forked process", timeout or 0)
        return self.returncode

    def send_signal(self, number: int) -> None:
        if self.returncode is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


def start(module: str, *arguments: str, env: Mapping[str, str], cwd: Path, log: Path) -> ForkedProcess:
    """Start `python -m module arguments` in a session of its own, with standard output and error at the end of a file."""
    log.touch()
    process = _server().Process(target=_run, args=(module, arguments, dict(env), cwd, log), daemon=True)
    process.start()
    return ForkedProcess(process)


def can_fork(environment: Mapping[str, str]) -> bool:
    """Return whether a forked process obeys this environment: Python and the linker read some variables at their start."""
    read_at_start = {name for name in environment if name.startswith(("PYTHON", "LD_", "COVERAGE_"))}
    return sys.platform == "linux" and all(os.environ.get(name) == environment[name] for name in read_at_start)


@cache
def _server() -> ForkServerContext:
    """Return the server of this process; it starts with the first fork, and ends with this process and its hospitals."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(MODULES)
    return context


def _run(module: str, arguments: Sequence[str], environment: dict[str, str], folder: Path, log: Path) -> None:
    """Be `python -m module arguments`, in the forked process."""
    os.setsid()
    # closes the server's descriptors too: a copy here would keep the server alive
    os.closerange(3, 1024)
    _use_streams(os.open(os.devnull, os.O_RDONLY), os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644))
    os.chdir(folder)
    _set_environment(environment)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    if arguments[:1] == ("run",):
        # before the supervisor has threads
        waiting: list[Waiting] = []
        workers = int(arguments[arguments.index("--workers") + 1]) if "--workers" in arguments else 0
        for _ in range(workers or PROCESSES):
            waiting.append(_fork_waiting(waiting))
        patch.object(subprocess, "Popen", partial(_popen, waiting, subprocess.Popen)).start()
    _run_module(module, arguments)


def _fork_waiting(others: list[Waiting]) -> Waiting:
    """Fork a process that becomes a service when the supervisor sends its command; it ends if the supervisor ends before."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    if pid := os.fork():
        theirs.close()
        return pid, ours
    for _, other in (*others, (pid, ours)):
        other.close()
    order, streams, _, _ = socket.recv_fds(theirs, 2**20, 2)
    theirs.close()
    if not order:
        sys.exit()
    os.setsid()
    _use_streams(*streams)
    (_, _, module, *arguments), environment = json.loads(order)
    _set_environment(environment)
    _run_module(module, arguments)
    sys.exit()


def _popen(waiting: list[Waiting], execute: type[subprocess.Popen[bytes]], command: Sequence[str], **options: Any) -> Any:
    """Give the command to a waiting process, or execute it if there is none, as at a restart; takes the place of Popen."""
    return _Popen(*waiting.pop(0), command, **options) if waiting else execute(command, **options)


class _Popen:
    """The members of subprocess.Popen that asyncio uses; takes the options that the supervisor passes."""

    stdin = stderr = returncode = None

    def __init__(
        self, pid: int, orders: socket.socket, command: Sequence[str], *, stdin: int, env: Mapping[str, str], **_: Any
    ) -> None:
        self.pid = pid
        reading, writing = os.pipe()
        self.stdout: IO[bytes] = os.fdopen(reading, "rb", buffering=0)
        socket.send_fds(orders, [json.dumps([command, dict(env)]).encode()], [stdin, writing])
        orders.close()
        os.close(writing)

    def poll(self) -> None:
        """Return None: asyncio has its own way to learn the end."""

    def send_signal(self, number: int) -> None:
        with suppress(ProcessLookupError):
            os.kill(self.pid, number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


def _use_streams(reading: int, writing: int) -> None:
    os.dup2(reading, 0)
    os.dup2(writing, 1)
    os.dup2(writing, 2)
    os.close(reading)
    os.close(writing)
    # multiprocessing has replaced sys.stdin
    sys.stdin = os.fdopen(0, closefd=False)


def _set_environment(environment: Mapping[str, str]) -> None:
    os.environ.clear()
    os.environ.update(environment)
    time.tzset()


def _run_module(module: str, arguments: Sequence[str]) -> None:
    name_process(module)
    sys.argv = [module, *arguments]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


def name_process(module: str) -> None:
    """Set the name that the kernel shows: 15 characters, so without the prefix that all have."""
    Path("/proc/self/comm").write_text(module.removeprefix("careplus_"))
