"""Heartbeats of an event loop, and a watcher that reports when they stop.

A process that stalls inside a transaction keeps SQLite's only write lock, and other writers fail after five seconds
(`busy_timeout`). Ending it releases the lock, and SQLite rolls the transaction back.
"""

import socket
import threading
from collections.abc import Callable
from contextlib import suppress

STEP_S = 0.5
"""Seconds between heartbeats, and the unit in which silence is counted."""


def send_heartbeat(connection: socket.socket, stall_s: float) -> None:
    """Allow `stall_s` seconds of silence from now on; skip the heartbeat while a stopped watcher leaves the buffer full."""
    with suppress(OSError):
        connection.send(bytes([round(stall_s / STEP_S)]), socket.MSG_DONTWAIT)


def watch(connection: socket.socket, on_stall: Callable[[], object], on_start: Callable[[], object] = lambda: None) -> None:
    """Call `on_start` at the first heartbeat, and `on_stall` after a longer silence than the last one allows.

    Both are called in a daemon thread, which ends when the sender closes the connection. The steps are the watcher's own, so a
    machine or container that was suspended counts as one step of silence.
    """
    threading.Thread(target=_watch, args=(connection, on_stall, on_start), name="heartbeat", daemon=True).start()


def _watch(connection: socket.socket, on_stall: Callable[[], object], on_start: Callable[[], object]) -> None:
    silent, allowed = 0, float("inf")
    with connection:
        connection.settimeout(STEP_S)
        while silent < allowed:
            try:
                if not (heartbeats := connection.recv(4096)):
                    return
                if allowed == float("inf"):
                    on_start()
                silent, allowed = 0, heartbeats[-1]
            except TimeoutError:
                silent += 1
        on_stall()
