"""Serve one service in this process until a signal ends it."""

import argparse
import gc
import os
import select
import signal
import socket
import ssl
import sys
import threading
import time
from contextlib import suppress
from functools import partial
from types import FrameType
from typing import Any

import uvicorn
from uvicorn.importer import import_from_string

from careplus_runtime.monitoring.metrics_server import start_metrics_server
from careplus_runtime.monitoring.tracing import check_tracing
from careplus_runtime.process.heartbeat import STEP_S, send_heartbeat, watch
from careplus_runtime.process.loop import Loop, SharedPortLoop
from careplus_runtime.process.settings import SettingsError, load_settings
from careplus_runtime.process.uvicorn_messages import UvicornMessages
from careplus_runtime.transport.limited_protocol import LimitedProtocol
from careplus_runtime.transport.tls import listening_context

GRACE_S = 10
"""Seconds that requests in progress have to end after SIGTERM."""
EXIT_S = 5
"""Seconds that a process may take to exit after GRACE_S."""
KEEP_ALIVE_S = 20
"""Longer than clients keep an idle connection (Node 4 s, httpx 5, aiohttp 15): a request on one that is being closed is lost."""
STALL_S = 3.0
"""Shorter than the five seconds that other processes wait for SQLite's write lock: they are late, not refused."""
TICKS = round(STEP_S / 0.1)
"""Calls of `uvicorn.Server.on_tick`, every 0.1 s, for one heartbeat."""


class CannotServe(Exception):
    """The service does not start; the message is one line with the reason."""


def main(service: str, app: str, *, core: int | None = None, http: Any = LimitedProtocol, stall_s: float = STALL_S) -> None:
    """Serve `app` ("module:name") as the command line says. Exit with 3 and one line on standard error when it cannot start.

    `core`: of the cores that this process may use, the one it keeps to where CAREPLUS_PIN_CORES is on. `http`: uvicorn's
    protocol class. `stall_s`: a longer stall of the event loop ends the process.
    """
    options = _options()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: sys.exit(0))
    try:
        settings = load_settings()
        worker: int | None = options.worker
        core = core if worker is None else worker
        # all replicas would choose the same core
        if core is not None and settings.pin_cores and (worker is not None or not settings.has_replicas(service)):
            _pin(core)
        heartbeat = _supervised() if options.supervised else _watched(service) if options.watchdog else None
        host, port = settings.listen_address(service)
        check_tracing()
        tls = listening_context(settings, service)
        start_metrics_server(settings, service, (options.port or port) + (worker or 0))
        loop = Loop if worker is None else SharedPortLoop
        config = _config(app, http, options.host or host, options.port or port, tls, loop)
        _Server(config, heartbeat, stall_s).run_or_raise(UvicornMessages(settings.log_level == "debug"))
    except (SettingsError, CannotServe) as reason:
        sys.stderr.write(f"careplus: {service} cannot start: {reason}\n")
        sys.exit(3)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Serve one service of CarePlus in this process.")
    parser.add_argument("--host", help="address to listen on; the settings' if not given")
    parser.add_argument("--port", type=int, help="port to listen on; the settings' if not given")
    parser.add_argument("--no-watchdog", dest="watchdog", action="store_false", help="go on after a stall, for debuggers")
    # by the supervisor: standard input is a socket of it, and workers are counted from 0
    parser.add_argument("--supervised", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--worker", type=int, help=argparse.SUPPRESS)
    return parser.parse_args()


def _pin(core: int) -> None:
    # event loop and database thread wake each other; two cores cost more: a list 0.41 ms, not 0.30, a booking 1.27, not 1.19
    if hasattr(os, "sched_setaffinity"):
        cores = sorted(os.sched_getaffinity(0))
        os.sched_setaffinity(0, {cores[core % len(cores)]})


def _config(app: str, http: Any, host: str, port: int, tls: ssl.SSLContext | None, loop: type[Loop]) -> uvicorn.Config:
    # modules are never freed, so garbage collection during the import finds none
    gc.disable()
    loaded = import_from_string(app)
    gc.freeze()
    # requests create few reference cycles
    gc.set_threshold(10_000)
    gc.enable()
    return uvicorn.Config(
        loaded,
        host=host,
        port=port,
        http=http,
        ssl_context_factory=None if tls is None else lambda *_: tls,
        loop=f"{loop.__module__}:{loop.__name__}",
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        timeout_graceful_shutdown=GRACE_S,
        timeout_keep_alive=KEEP_ALIVE_S,
    )


def _supervised() -> socket.socket:
    """Return the supervisor's socket, which takes the heartbeats; end this process when the supervisor closes it by ending."""
    connection = socket.socket(fileno=sys.stdin.fileno())
    threading.Thread(target=_end_with_supervisor, args=(connection,), daemon=True).start()
    return connection


def _end_with_supervisor(connection: socket.socket) -> None:
    # the supervisor never sends: this returns when it ends, and raises if it left heartbeats unread
    with suppress(ConnectionError):
        connection.recv(1)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (1, 2):
        os.dup2(nowhere, stream)
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(GRACE_S + EXIT_S)
    os._exit(1)


def _watched(service: str) -> socket.socket:
    """Start the watchdog thread and return the socket that takes the heartbeats.

    A C function that keeps the GIL also stops this thread, as SIGSTOP and a debugger do; only a supervisor notices these.
    """
    connection, watched = socket.socketpair()
    watch(watched, partial(_exit_stalled, service))
    return connection


def _exit_stalled(service: str) -> None:
    # exit even if the disk or the pipe is full
    with suppress(OSError):
        if select.select([], [sys.stderr], [], 0)[1]:
            os.write(sys.stderr.fileno(), f"careplus: {service} stalled and was ended\n".encode())
    # not by a signal: the kernel ignores signals that process 1 of a container sends to itself
    os._exit(1)


class _Server(uvicorn.Server):
    """Sends heartbeats while it serves, and exits at once when a signal arrives while it starts."""

    def __init__(self, config: uvicorn.Config, heartbeat: socket.socket | None, stall_s: float) -> None:
        super().__init__(config)
        self.heartbeat, self.stall_s = heartbeat, stall_s

    def run_or_raise(self, messages: UvicornMessages) -> None:
        """Return when a signal asked for the end. Raises CannotServe."""
        try:
            # listens when the application has started: until then connections are refused, and no caller waits
            self.run()
        except SystemExit as ending:
            if ending.code and not self.started:
                raise CannotServe(messages.reason or "see above.") from None
            raise

    async def on_tick(self, counter: int) -> bool:
        if self.heartbeat is not None and counter % TICKS == 0:
            send_heartbeat(self.heartbeat, self.stall_s)
        return await super().on_tick(counter)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        if self.heartbeat is not None:
            send_heartbeat(self.heartbeat, GRACE_S + EXIT_S)
        await super().shutdown(sockets)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        if not self.started:
            # no request is in progress, and waiting for the database may take long
            os._exit(0)
        super().handle_exit(sig, frame)
