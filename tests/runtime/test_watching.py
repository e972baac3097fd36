"""The process that an image starts watches the one that serves. Real processes, each of which may be killed."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from careplus_runtime.process.health_monitor import place_of
from tests.hospital import Hospital, answers, eventually, is_alive, only_linux

IMAGES = (sys.executable, "-m", "careplus_runtime")
HANGING = """
import socket, sys, time
from careplus_runtime.process.health_monitor import fork_and_watch, place_of
service, port = sys.argv[1], int(sys.argv[2])
code = fork_and_watch(service, place_of(service, "0.0.0.0", port))
if code is not None:
    sys.exit(code)
listener = socket.create_server(("0.0.0.0", port))
for _ in range(3):
    caller, _ = listener.accept()
    caller.recv(65536)
    caller.sendall(b"HTTP/1.1 200 OK\\r\\nConnection: close\\r\\n\\r\\n")
    caller.close()
time.sleep(30)
"""
"""Serves three callers, and then takes connections and answers nobody, for longer than that may go on."""


@contextmanager
def started(hospital: Hospital, *command: str) -> Iterator[subprocess.Popen[bytes]]:
    environment = {
        **hospital.environment,
        "CAREPLUS_SERVICE": "labs",
        "CAREPLUS_HOST": "0.0.0.0",
        "CAREPLUS_PORT": str(hospital.port),
    }
    with hospital.log.open("wb") as log:
        watching = subprocess.Popen(command, env=environment, cwd=hospital.data, stdout=log, stderr=log)
    try:
        yield watching
    finally:
        watching.kill()
        watching.wait()


def serving(watching: subprocess.Popen[bytes]) -> int:
    [child] = Path(f"/proc/{watching.pid}/task/{watching.pid}/children").read_text().split()
    return int(child)


@pytest.fixture(scope="module")
def hospital(tmp_path_factory: pytest.TempPathFactory) -> Hospital:
    """Its database, of which one service starts at a time."""
    hospital = Hospital(tmp_path_factory.mktemp("watching"))
    assert hospital.careplus("migrate").returncode == 0
    return hospital


@only_linux
def test_a_service_that_is_stopped_ends_the_container_at_once(hospital: Hospital) -> None:
    with started(hospital, *IMAGES) as watching:
        eventually(lambda: answers(f"{hospital.url}/health"))
        child = serving(watching)
        os.kill(child, signal.SIGSTOP)
        # sooner than by its silence
        assert watching.wait(2.5) == 128 + signal.SIGKILL
    assert not Path(f"/proc/{child}").exists()
    assert "careplus: labs is stopped, is killed\n" in hospital.log.read_text()


@only_linux
@pytest.mark.parametrize(("service", "silence_s"), [("labs", 3), pytest.param("gateway", 10, marks=pytest.mark.attack)])
def test_whoever_is_silent_for_long_is_ended(hospital: Hospital, service: str, silence_s: float) -> None:
    with started(hospital, sys.executable, "-c", HANGING, service, str(hospital.port)) as watching:
        eventually(lambda: answers(f"{hospital.url}/health"))
        began = time.monotonic()
        assert watching.wait(silence_s + 5) == 128 + signal.SIGKILL
    assert time.monotonic() - began > silence_s
    assert hospital.log.read_text() == f"careplus: {service} stands still, is killed\n"


@only_linux
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_both(hospital: Hospital, number: signal.Signals) -> None:
    with started(hospital, *IMAGES) as watching:
        eventually(lambda: answers(f"{hospital.url}/health"))
        child = serving(watching)
        watching.send_signal(number)
        assert watching.wait(10) == 0
    assert not Path(f"/proc/{child}").exists()


@only_linux
def test_nobody_serves_who_is_not_watched(hospital: Hospital) -> None:
    with started(hospital, *IMAGES) as watching:
        eventually(lambda: answers(f"{hospital.url}/health"))
        child = serving(watching)
        watching.kill()
        eventually(lambda: not is_alive(child))


@pytest.mark.parametrize(
    ("host", "asked"),
    [
        ("0.0.0.0", "127.0.0.1"),
        ("::", "::1"),
        ("0:0:0:0:0:0:0:0", "::1"),
        ("192.0.2.7", "192.0.2.7"),
        ("localhost", "localhost"),
    ],
)
def test_who_listens_everywhere_is_asked_on_this_machine(host: str, asked: str) -> None:
    assert place_of("labs", host, 5000)[:2] == (asked, 5000)
