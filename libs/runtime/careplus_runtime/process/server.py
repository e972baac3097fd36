"""Serves one service in this process until a signal ends it."""

import gc
import logging
import os
import signal
import socket
import sys
import threading
import time
from importlib import import_module
from types import FrameType
from typing import Any
from urllib.parse import urlsplit

import uvicorn

from careplus_runtime.http.protocol import CoalescingProtocol
from careplus_runtime.process.health_monitor import fork_and_watch, place_of
from careplus_runtime.process.services import SERVICES
from careplus_runtime.process.settings import Settings, SettingsError, load_settings

GRACE_S = 10
"""What was begun may take so long to end."""
KEEP_ALIVE_S = 20
"""For longer than callers keep a connection that they do not use (Node 4 s, httpx 5, aiohttp 15): one that is being closed loses
what they send."""


class CannotServe(Exception):
    """The service does not start; the message is one line that says why."""


def serve_service(service: str, settings: Settings, host: str | None, port: int | None, *, supervised: bool) -> None:
    """Returns when a signal asked for the end. Raises CannotServe. `supervised`: ends when standard input does."""
    if service not in (*SERVICES, "gateway"):
        raise CannotServe(f"there are {', '.join(SERVICES)} and gateway.")
    for signal_ in (signal.SIGTERM, signal.SIGINT):
        signal.signal(signal_, lambda *_: sys.exit(0))
    _stay_on_one_core(service)
    if supervised:
        threading.Thread(target=_end_with_supervisor, daemon=True).start()
    watch = _Watch(settings.log_level == "debug")
    server = _Server(_config(service))
    with _bound(*_address(service, settings, host, port)) as listener:
        try:
            server.run(sockets=[listener])
        except SystemExit as ending:
            if ending.code and not server.started:
                raise CannotServe(watch.reason or "see above.") from None
            raise


def main() -> None:
    """Serve CAREPLUS_SERVICE on CAREPLUS_HOST and CAREPLUS_PORT, as an image does that holds one service.

    This process watches the one that serves, and ends when that does.
    """
    service = os.environ.get("CAREPLUS_SERVICE", "")
    try:
        settings = load_settings()
        code = fork_and_watch(service, place_of(service, settings.host, settings.port))
        if code is not None:
            sys.exit(code)
        serve_service(service, settings, settings.host, settings.port, supervised=True)
    except (SettingsError, CannotServe) as reason:
        sys.stderr.write(f"careplus: {service} cannot start: {reason}\n")
        sys.exit(3)


def _stay_on_one_core(service: str) -> None:
    # a database thread and the event loop that waits for it take turns; on two cores they spend their time waking each other
    if service in SERVICES and hasattr(os, "sched_setaffinity"):
        cores = sorted(os.sched_getaffinity(0))
        os.sched_setaffinity(0, {cores[SERVICES.index(service) % len(cores)]})


def _config(service: str) -> uvicorn.Config:
    # what is loaded stays: looking for garbage in it again and again only takes time
    gc.disable()
    http: Any = import_module("careplus_gateway.protocol").Protocol if service == "gateway" else CoalescingProtocol
    app = import_module(f"careplus_{service}.app").app
    gc.freeze()
    # and requests leave few cycles
    gc.set_threshold(10_000)
    gc.enable()
    return uvicorn.Config(
        app,
        http=http,
        loop="uvloop",
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        timeout_graceful_shutdown=GRACE_S,
        timeout_keep_alive=KEEP_ALIVE_S,
    )


def _address(service: str, settings: Settings, host: str | None, port: int | None) -> tuple[str, int]:
    if service == "gateway":
        return host or settings.host, port or settings.port
    url = urlsplit(settings.service_url(service))
    return host or url.hostname or "127.0.0.1", port or url.port or 80


def _bound(host: str, port: int) -> socket.socket:
    """Not listening yet: while a process starts, its callers are refused, and do not take it for one that stands still."""
    listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if listener.family == socket.AF_INET6:
            listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        raise CannotServe(f"{host}:{port}: {os.strerror(error.errno) if error.errno else error}") from None
    return listener


def _end_with_supervisor() -> None:
    # only the supervisor holds the other end of this pipe; nothing is ever written to it
    while os.read(sys.stdin.fileno(), 1):
        pass
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (1, 2):
        os.dup2(nowhere, stream)
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(GRACE_S + 5)
    os.kill(os.getpid(), signal.SIGKILL)


class _Server(uvicorn.Server):
    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        if not self.started:
            # nothing is being served yet, and waiting for the database may take long
            os._exit(0)
        super().handle_exit(sig, frame)


class _Watch(logging.Handler):
    """Takes uvicorn's own messages: keeps the reason of a failed start as one line, and logs the rest as we log."""

    def __init__(self, verbose: bool) -> None:
        super().__init__(logging.WARNING)
        self.verbose = verbose
        self.reason: str | None = None
        logger = logging.getLogger("uvicorn")
        logger.propagate = False
        logger.addHandler(self)

    def emit(self, record: logging.LogRecord) -> None:
        from careplus_runtime.process.logs import log

        message = record.getMessage()
        if message.startswith("Traceback") and not self.verbose:
            kind, _, text = message.strip().rpartition("\n")[2].partition(": ")
            self.reason = text or kind
        elif self.reason is None:
            log.warning("server", message=message.strip(), exc_info=record.exc_info)
