"""Run the hospital's processes: prefix their output, restart each that ends or stalls, end all together.

Standard input of each process is a socket: heartbeats come back through it, and the process ends when the supervisor does.
"""

import asyncio
import errno
import os
import signal
import socket
import sys
import time
from asyncio.subprocess import PIPE, STDOUT, Process
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from functools import partial
from itertools import cycle

from careplus_runtime.process.heartbeat import watch

GRACE_S, SERVICES_GRACE_S = 10.0, 2.0
"""Seconds to end requests in progress: of all processes, and at least of the services when the gateway needed all of that."""
FIRST_DELAY_S, LAST_DELAY_S, STABLE_S = 0.2, 5.0, 10.0
"""The delay before a restart doubles from the first to the last; a process that ran for STABLE_S starts with the first again."""
CLOSED_TERMINAL = (errno.EPIPE, errno.EIO)
COLOURS = (36, 35, 34, 33, 32)


class Supervisor:
    """Runs `python -m <module> --supervised <arguments>` for each name, with `environment`.

    `commands` has the module and the arguments of each name. `stop` asks for the end of all; `ready` is set when each of them
    has been serving. `public` names the processes that clients reach, which end first.
    """

    def __init__(
        self, commands: Mapping[str, Sequence[str]], environment: Mapping[str, str], public: Collection[str] = ("gateway",)
    ) -> None:
        self.commands, self.environment, self.public = commands, environment, public
        names = self.names = tuple(commands)
        self.stop, self.ready = asyncio.Event(), asyncio.Event()
        self._starting = set(names)
        self._processes: dict[str, Process] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}
        coloured = sys.stdout.isatty() and "NO_COLOR" not in os.environ
        width = max(map(len, names))
        self._prefixes = {
            name: (f"\x1b[{colour}m{name:{width}} |\x1b[0m " if coloured else f"{name:{width}} | ").encode()
            for name, colour in zip(names, cycle(COLOURS), strict=False)
        }

    def stop_on(self, *signals: signal.Signals) -> None:
        """Set `stop` at any of these signals; one that is ignored, as SIGHUP under nohup, stays ignored."""
        for number in signals:
            if signal.getsignal(number) is not signal.SIG_IGN:
                asyncio.get_running_loop().add_signal_handler(number, self.stop.set)

    def start(self) -> None:
        """Start all processes."""
        asyncio.get_running_loop().add_signal_handler(signal.SIGCHLD, self._kill_stopped)
        self._tasks = {name: asyncio.create_task(self._keep_running(name)) for name in self.names}

    async def end(self) -> None:
        """End the public processes, then the others; kill each that does not end within GRACE_S."""
        self.stop.set()
        deadline = time.monotonic() + GRACE_S
        others = [name for name in self.names if name not in self.public]
        for names in (self.public, others):
            for name in names:
                self._signal(name, signal.SIGTERM)
            tasks = [self._tasks[name] for name in names if name in self._tasks]
            if tasks:
                await asyncio.wait(tasks, timeout=max(SERVICES_GRACE_S, deadline - time.monotonic()))
        for name in self._processes:
            self._signal(name, signal.SIGKILL)
        await asyncio.gather(*self._tasks.values())

    async def _keep_running(self, name: str) -> None:
        delay = FIRST_DELAY_S / 2
        while not self.stop.is_set():
            started = time.monotonic()
            code = await self._run(name)
            if self.stop.is_set():
                return
            delay = FIRST_DELAY_S if time.monotonic() - started > STABLE_S else min(delay * 2, LAST_DELAY_S)
            reason = f"exit code {code}" if code >= 0 else signal.Signals(-code).name
            self._print(name, f"ended ({reason}), starts again in {delay:.1f} s".encode())
            with suppress(TimeoutError):
                await asyncio.wait_for(self.stop.wait(), delay)

    async def _run(self, name: str) -> int:
        """Run a process to its end and return its exit code, negative for a signal."""
        own, theirs = socket.socketpair()
        with theirs:
            module, *arguments = self.commands[name]
            command = (sys.executable, "-m", module, "--supervised", *arguments)
            # a session of its own: Ctrl-C in the terminal is for the supervisor, which ends the processes in order
            process = await asyncio.create_subprocess_exec(
                *command, stdin=theirs.fileno(), stdout=PIPE, stderr=STDOUT, env=self.environment, start_new_session=True
            )
        self._processes[name] = process
        later = asyncio.get_running_loop().call_soon_threadsafe
        watch(own, partial(later, self._kill, name, "stalled, is killed"), partial(later, self._set_started, name))
        # the process may have been stopped, or all asked to end, while it was being started
        self._kill_stopped()
        if self.stop.is_set():
            self._signal(name, signal.SIGTERM)
        await self._print_output(name, process.stdout)
        code = await process.wait()
        del self._processes[name]
        return code

    def _set_started(self, name: str) -> None:
        self._starting.discard(name)
        if not self._starting:
            self.ready.set()

    def _kill_stopped(self) -> None:
        """Kill each process that SIGSTOP has stopped: waiting for its missing heartbeats would take longer."""
        # macOS has waitid since Python 3.13
        if hasattr(os, "waitid"):
            for name, process in self._processes.items():
                # reaped already
                with suppress(ChildProcessError):
                    if process.returncode is None and os.waitid(os.P_PID, process.pid, os.WSTOPPED | os.WNOHANG):
                        self._kill(name, "is stopped, is killed")

    def _kill(self, name: str, reason: str) -> None:
        self._signal(name, signal.SIGKILL)
        self._print(name, reason.encode())

    def _signal(self, name: str, number: signal.Signals) -> None:
        if (process := self._processes.get(name)) and process.returncode is None:
            process.send_signal(number)

    async def _print_output(self, name: str, output: asyncio.StreamReader | None) -> None:
        rest = b""
        while output is not None and (chunk := await output.read(65536)):
            *lines, rest = (rest + chunk).split(b"\n")
            for line in lines:
                self._print(name, line)
        if rest:
            self._print(name, rest)

    def _print(self, name: str, line: bytes) -> None:
        try:
            sys.stdout.buffer.write(self._prefixes[name] + line + b"\n")
            sys.stdout.buffer.flush()
        except OSError as error:
            # a full disk loses log lines; the processes run on
            if error.errno in CLOSED_TERMINAL:
                self.stop.set()
