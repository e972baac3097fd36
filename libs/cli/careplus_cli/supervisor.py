"""Keeps the hospital's processes running: prefixes what they say, starts again what ends or stands still, ends all together.

No process outlives the supervisor: each reads from a pipe that only the supervisor could write to, and ends when that closes.
"""

import asyncio
import errno
import os
import signal
import sys
import time
from asyncio.subprocess import PIPE, STDOUT, Process
from collections.abc import Coroutine, Mapping
from typing import Any

from careplus_runtime.process.health_monitor import IS_STOPPED, STANDS_STILL, Place, is_stopped, stands_still

GRACE_S, LEAST_GRACE_S = 10.0, 2.0
"""To end what was begun: all together, and the services where the gateway took all of that."""
FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.2, 5.0
WELL_AFTER_S = 10.0
"""Who lived so long starts again at once."""
NOBODY_LISTENS = (errno.EPIPE, errno.EIO)
COLOURS = (36, 35, 34, 33, 32)


class Supervisor:
    """Runs `careplus serve NAME --supervised` for each name. `places`: where each listens. `environment` is the children's."""

    def __init__(self, places: Mapping[str, Place], environment: Mapping[str, str]) -> None:
        self.names, self.places, self.environment = tuple(places), places, environment
        self.stop = asyncio.Event()
        self.running: dict[str, Process] = {}
        self._pipe = os.pipe()
        self._keeping: dict[str, asyncio.Task[None]] = {}
        colourful = sys.stdout.isatty() and "NO_COLOR" not in os.environ
        width = max(map(len, self.names))
        self._prefixes = {
            name: (f"\x1b[{colour}m{name:{width}} |\x1b[0m " if colourful else f"{name:{width}} | ").encode()
            for name, colour in zip(self.names, COLOURS, strict=False)
        }

    def listen_to(self, *signals: signal.Signals) -> None:
        """Stop at any of these; one that is ignored, as SIGHUP under nohup, stays so."""
        for number in signals:
            if signal.getsignal(number) is not signal.SIG_IGN:
                asyncio.get_running_loop().add_signal_handler(number, self.stop.set)

    def start(self) -> None:
        asyncio.get_running_loop().add_signal_handler(signal.SIGCHLD, self._kill_stopped)
        self._keeping = {name: asyncio.create_task(self._keep(name)) for name in self.names}

    async def until(self, work: Coroutine[Any, Any, Any]) -> bool:
        """Whether the work was done before somebody asked to stop. Raises what it raises."""
        working, stopped = asyncio.create_task(work), asyncio.create_task(self.stop.wait())
        await asyncio.wait({working, stopped}, return_when=asyncio.FIRST_COMPLETED)
        for task in (working, stopped):
            task.cancel()
        if working.done() and not working.cancelled():
            working.result()
            return True
        return False

    async def end(self) -> None:
        """End the last one named first, then the others; what does not end within GRACE_S is killed."""
        self.stop.set()
        deadline = time.monotonic() + GRACE_S
        for names in (self.names[-1:], self.names[:-1]):
            for name in names:
                self._signal(name, signal.SIGTERM)
            keeping = [self._keeping[name] for name in names if name in self._keeping]
            if keeping:
                await asyncio.wait(keeping, timeout=max(LEAST_GRACE_S, deadline - time.monotonic()))
        for name in self.running:
            self._signal(name, signal.SIGKILL)
        await asyncio.gather(*self._keeping.values())

    async def _keep(self, name: str) -> None:
        pause = FIRST_PAUSE_S
        while not self.stop.is_set():
            began = time.monotonic()
            code = await self._run(name)
            if self.stop.is_set():
                return
            if time.monotonic() - began > WELL_AFTER_S:
                pause = FIRST_PAUSE_S
            self._say(name, f"ended ({_ending(code)}), starts again in {pause:.1f} s".encode())
            await self.until(asyncio.sleep(pause))
            pause = min(pause * 2, LONGEST_PAUSE_S)

    async def _run(self, name: str) -> int:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "careplus_cli", "serve", name, "--supervised"),
            stdin=self._pipe[0],
            stdout=PIPE,
            stderr=STDOUT,
            env=self.environment,
            # Ctrl-C in the terminal is for the supervisor, who ends the others in order
            start_new_session=True,
        )
        self.running[name] = process
        # which may have happened before
        self._kill_stopped()
        if self.stop.is_set():
            self._signal(name, signal.SIGTERM)
        watching = asyncio.create_task(self._watch(name))
        await self._repeat(name, process)
        code = await process.wait()
        watching.cancel()
        del self.running[name]
        return code

    async def _watch(self, name: str) -> None:
        await stands_still(self.places[name])
        self._kill(name, STANDS_STILL)

    def _kill_stopped(self) -> None:
        for name, process in self.running.items():
            if process.returncode is None and is_stopped(process.pid):
                self._kill(name, IS_STOPPED)

    def _kill(self, name: str, why: str) -> None:
        self._signal(name, signal.SIGKILL)
        self._say(name, why.encode())

    async def _repeat(self, name: str, process: Process) -> None:
        assert process.stdout is not None
        rest = b""
        while chunk := await process.stdout.read(65536):
            *lines, rest = (rest + chunk).split(b"\n")
            for line in lines:
                self._say(name, line)
        if rest:
            self._say(name, rest)

    def _say(self, name: str, line: bytes) -> None:
        try:
            sys.stdout.buffer.write(self._prefixes[name] + line + b"\n")
            sys.stdout.buffer.flush()
        except OSError as error:
            # a full disk costs lines of the log, not the hospital
            if error.errno in NOBODY_LISTENS:
                self.stop.set()

    def _signal(self, name: str, number: signal.Signals) -> None:
        if (process := self.running.get(name)) and process.returncode is None:
            process.send_signal(number)


def _ending(code: int) -> str:
    return f"exit code {code}" if code >= 0 else signal.Signals(-code).name
