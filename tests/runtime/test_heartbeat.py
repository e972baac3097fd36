"""A process with a stalled event loop is ended by its own watchdog thread, or by the supervisor that takes its heartbeats."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from careplus_cli.supervisor import Supervisor
from careplus_runtime.process.heartbeat import STEP_S, send_heartbeat, watch
from tests.hospital import Hospital, answers, eventually, free_port, only_linux, wait_for_state

STALLING = """
import time
async def app(scope, receive, send):
    if scope["type"] == "lifespan":
        await receive()
        await send({"type": "lifespan.startup.complete"})
        await receive()
    elif scope["path"] == "/stall":
        time.sleep(30)
    else:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body"})
"""
SILENT = """
import socket, time
from careplus_runtime.process.heartbeat import send_heartbeat
connection = socket.socket(fileno=0)
send_heartbeat(connection, 1)
time.sleep(30)
"""


@contextmanager
def connected() -> Iterator[tuple[socket.socket, threading.Event]]:
    """Yield the sender's end of a watched connection, and the event that a stall sets."""
    sender, watched = socket.socketpair()
    stalled = threading.Event()
    with sender:
        watch(watched, stalled.set)
        yield sender, stalled


def test_watch_without_any_heartbeat_reports_nothing() -> None:
    with connected() as (_, stalled):
        assert not stalled.wait(3 * STEP_S)


def test_watch_reports_silence_longer_than_allowed() -> None:
    with connected() as (sender, stalled):
        send_heartbeat(sender, 2 * STEP_S)
        started = time.monotonic()
        assert stalled.wait(10)
        assert time.monotonic() - started > 1.9 * STEP_S


def test_watch_takes_the_limit_of_the_last_heartbeat() -> None:
    with connected() as (sender, stalled):
        send_heartbeat(sender, STEP_S)
        send_heartbeat(sender, 60)
        assert not stalled.wait(4 * STEP_S)


def test_watch_of_a_closed_connection_reports_nothing() -> None:
    with connected() as (sender, stalled):
        send_heartbeat(sender, STEP_S)
        sender.close()
        assert not stalled.wait(3 * STEP_S)


def test_heartbeat_to_a_stopped_watcher_does_not_block() -> None:
    sender, watched = socket.socketpair()
    with sender, watched:
        for _ in range(10_000):
            send_heartbeat(sender, 3)


@contextmanager
def service_process(
    folder: Path, port: int, stall_s: float = 3.0, *options: str, stdin: int | None = None
) -> Iterator[subprocess.Popen[str]]:
    """Yield a service process, started like an image starts it, that stalls on a request for `/stall`."""
    (folder / "stalling.py").write_text(STALLING)
    program = f"from careplus_runtime.process.server import main; main('labs', 'stalling:app', stall_s={stall_s})"
    command = [sys.executable, "-c", program, "--host", "127.0.0.1", "--port", str(port), *options]
    environment = {**os.environ, "PYTHONPATH": str(folder)}
    with subprocess.Popen(command, env=environment, cwd=folder, stdin=stdin, stderr=subprocess.PIPE, text=True) as process:
        try:
            eventually(lambda: answers(f"http://127.0.0.1:{port}/"))
            yield process
        finally:
            process.kill()


def ask_to_stall(port: int) -> socket.socket:
    """Send the request that stalls the process; the connection must stay open meanwhile."""
    connection = socket.create_connection(("127.0.0.1", port))
    connection.sendall(b"GET /stall HTTP/1.1\r\nhost: x\r\n\r\n")
    return connection


@pytest.mark.parametrize("stall_s", [3.0, pytest.param(10.0, marks=pytest.mark.attack)])
def test_stalled_process_is_ended_by_its_watchdog(tmp_path: Path, stall_s: float) -> None:
    port = free_port()
    with service_process(tmp_path, port, stall_s) as process, ask_to_stall(port):
        started = time.monotonic()
        assert process.wait(stall_s + 5) == 1
        # the last heartbeat was up to a step before the stall
        assert time.monotonic() - started > stall_s - 2 * STEP_S
        assert process.stderr is not None
        assert process.stderr.read() == "careplus: labs stalled and was ended\n"


def test_stalled_process_without_watchdog_goes_on(tmp_path: Path) -> None:
    port = free_port()
    with service_process(tmp_path, port, 1.0, "--no-watchdog") as process, ask_to_stall(port):
        time.sleep(3)
        assert process.poll() is None


@only_linux
def test_paused_process_goes_on_when_it_is_resumed(tmp_path: Path) -> None:
    port = free_port()
    with service_process(tmp_path, port, 1.0) as process:
        process.send_signal(signal.SIGSTOP)
        wait_for_state("T", process.pid)
        time.sleep(3)
        process.send_signal(signal.SIGCONT)
        time.sleep(1.5)
        assert answers(f"http://127.0.0.1:{port}/")


def test_process_ends_when_supervisor_pipe_closes(tmp_path: Path) -> None:
    port = free_port()
    supervisor, theirs = socket.socketpair()
    with theirs, service_process(tmp_path, port, 3.0, "--supervised", stdin=theirs.fileno()) as process:
        theirs.close()
        assert process.poll() is None
        supervisor.close()
        assert process.wait(10) == 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_signal_ends_a_service_with_exit_code_0(tmp_path: Path, number: signal.Signals) -> None:
    with service_process(tmp_path, free_port()) as process:
        process.send_signal(number)
        assert process.wait(10) == 0


@pytest.mark.parametrize("service", ["appointments", "auth", "doctors", "gateway", "labs"])
def test_each_service_starts_as_a_module(tmp_path: Path, service: str) -> None:
    hospital = Hospital(tmp_path, extra={"CAREPLUS_ZONE": "Mars/Olympus"})
    command = [sys.executable, "-m", f"careplus_{service}"]
    done = subprocess.run(
        command, env=hospital.environment, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, len(done.stderr.splitlines())) == (3, 1)
    assert done.stderr.startswith(f"careplus: {service} cannot start: CAREPLUS_ZONE: ")


async def test_supervisor_kills_and_restarts_a_silent_process(tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    package = tmp_path / "careplus_silent"
    package.mkdir()
    (package / "__main__.py").write_text(SILENT)
    supervisor = Supervisor({"silent": ("careplus_silent",)}, {**os.environ, "PYTHONPATH": str(tmp_path)})
    supervisor.start()
    printed = b""
    try:
        async with asyncio.timeout(15):
            while b"starts again" not in printed:
                await asyncio.sleep(0.1)
                printed += capfdbinary.readouterr().out
    finally:
        await supervisor.end()
    assert printed == b"silent | stalled, is killed\nsilent | ended (SIGKILL), starts again in 0.2 s\n"
