"""A hospital started by its own command, and the people in it, for tests that go through the front door."""

import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import chdir, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count, islice
from pathlib import Path
from typing import Any

import httpx
import pytest
from typer.testing import CliRunner

from careplus_cli.main import app
from careplus_runtime.identity.tokens import LIFETIME_S

PASSWORD = "seven-quiet-herons"
ADMIN = "admin@example.org"
GENEROUS = dict.fromkeys(("CAREPLUS_RATE_ACCOUNT", "CAREPLUS_RATE_ANONYMOUS", "CAREPLUS_RATE_AUTH"), "10000000")
"""Storms come from one address."""
# the process that only hands out tests leaves it to those that run them
_coverage = os.environ.pop("COVERAGE_PROCESS_CONFIG", None) if "PYTEST_XDIST_WORKER" in os.environ else None
MEASURED = {"COVERAGE_PROCESS_CONFIG": _coverage} if _coverage else {}
"""With this a process says what of the code it ran, and takes twice as long to start."""
NEARBY: dict[str, Any] = {"trust_env": False, "verify": False}
"""For httpx: all of this is plain HTTP on this machine, and loading the world's certificates takes each client 25 ms."""


_tens = count(secrets.randbelow(500))
_range = 10_000 + 5_000 * (int(os.environ.get("PYTEST_XDIST_WORKER", "gw0")[2:]) % 4)


def free_port() -> int:
    """One that nobody listens at, nor at the next nine, where `careplus run` puts the services.

    Below those that systems give to outgoing connections: such a one would take a port away before its service listens.
    """
    for number in islice(_tens, 500):
        first = _range + 10 * (number % 500)
        with suppress(OSError):
            for port in range(first, first + 10):
                socket.create_server(("127.0.0.1", port)).close()
            return first
    raise AssertionError("no ports are free")


@dataclass
class Hospital:
    """All processes of one hospital with a data folder of its own."""

    data: Path
    port: int = field(default_factory=free_port)
    secret: str = field(default_factory=lambda: secrets.token_urlsafe(48))
    extra: dict[str, str] = field(default_factory=dict)
    measured: bool = False
    """Whether it is noted what of the code its processes run."""
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def log(self) -> Path:
        return self.data / "log.txt"

    @property
    def environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("CAREPLUS_") and name != "DATABASE_URL"}
        return {
            **kept,
            "SECRET_KEY": self.secret,
            "CAREPLUS_DATA": str(self.data),
            "CAREPLUS_PORT": str(self.port),
            "CAREPLUS_ZONE": "Europe/Berlin",
            "CAREPLUS_NOTICE_MINUTES": "0",
            **GENEROUS,
            **(MEASURED if self.measured else {}),
            **self.extra,
        }

    def careplus(self, *arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
        """Run the command to its end; in this process, unless it changes the one that it runs in, as `run` and `serve` do."""
        if arguments[0] in {"run", "serve"}:
            command = [sys.executable, "-m", "careplus_cli", *arguments]
            return subprocess.run(
                command, env=self.environment, cwd=self.data, capture_output=True, text=True, timeout=120, check=False
            )
        # what this process was told is not for the hospital
        others: dict[str, str | None] = {name: None for name in os.environ if name not in self.environment}
        environment = {**others, **self.environment}
        # a thread of its own: in a browser's test this one has an event loop that runs
        with chdir(self.data), ThreadPoolExecutor(1) as apart:
            done = apart.submit(CliRunner().invoke, app, arguments, input=stdin, env=environment, catch_exceptions=False).result()
        return subprocess.CompletedProcess(arguments, done.exit_code, done.stdout, done.stderr)

    def start(self, *arguments: str) -> None:
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "careplus_cli", "run", *arguments],
                env=self.environment,
                cwd=self.data,
                stdout=log,
                stderr=log,
                start_new_session=True,
                # whoever runs the tests in the background has told them to ignore Ctrl-C
                preexec_fn=_hear_ctrl_c,  # noqa: PLW1509 - no threads are involved
            )
        self.wait_until_ready()

    def wait_until_ready(self, patience_s: float = 180) -> None:
        deadline = time.monotonic() + patience_s
        while time.monotonic() < deadline:
            try:
                if httpx.get(f"{self.url}/ready", timeout=2, **NEARBY).status_code == 200:
                    return
            except httpx.HTTPError:
                pass
            assert self.process is None or self.process.poll() is None, self.log.read_text()[-4000:]
            time.sleep(0.1)
        raise AssertionError(f"not ready after {patience_s} s:\n{self.log.read_text()[-4000:]}")

    def stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(30)

    @contextmanager
    def running(self, *arguments: str) -> Iterator["Hospital"]:
        """Until the block ends."""
        try:
            self.start(*arguments)
            yield self
        finally:
            self.stop()

    @contextmanager
    def founded(self) -> Iterator["Hospital"]:
        """New, and running until the block ends, with an administrator who is alone in it."""
        created = self.careplus("admin", "create", "--email", ADMIN, "--name", "Ada Admin", stdin=f"{PASSWORD}\n")
        assert created.returncode == 0, created.stderr
        with self.running():
            yield self

    def client(self, token: str | None = None) -> httpx.Client:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return httpx.Client(base_url=self.url, headers=headers, timeout=30, **NEARBY)

    def sign_in(self, email: str, password: str = PASSWORD, **more: str) -> "Person":
        with self.client() as http:
            answer = http.post("/auth/login", json={"email": email, "password": password, **more})
        assert answer.status_code == 200, answer.text
        signed_in = SignedIn(answer.json()["access_token"], lambda: self.sign_in(email, password, **more).token)
        http = self.client()
        http.auth = signed_in
        return Person(answer.json()["account"]["id"], signed_in, http)

    def register(self, email: str, full_name: str, **more: Any) -> "Person":
        body = {"email": email, "password": PASSWORD, "full_name": full_name, **more}
        with self.client() as http:
            answer = http.post("/auth/register", json=body)
        assert answer.status_code == 201, answer.text
        return self.sign_in(email)

    def invite(self, admin: "Person", email: str, full_name: str, role: str) -> "Person":
        answer = admin.http.post("/api/admin/invitations", json={"email": email, "full_name": full_name, "role": role})
        assert answer.status_code == 201, answer.text
        return self.register(email, full_name, invitation=answer.json()["code"])

    def employ(self, admin: "Person", email: str, full_name: str, specialty: str, slot_minutes: int = 30) -> "Person":
        """A doctor who is there day and night."""
        body = {"email": email, "full_name": full_name, "specialty": specialty, "languages": ["en"]}
        answer = admin.http.post("/api/admin/doctors", json=body)
        assert answer.status_code == 201, answer.text
        doctor = self.register(email, full_name, invitation=answer.json()["invitation_code"])
        hours = [
            {"weekday": day, "starts": "00:00", "ends": "24:00"} for day in ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
        ]
        week = {"slot_minutes": slot_minutes, "place": "Room 12", "rules": hours}
        assert doctor.http.put("/api/doctor/availability", json=week).status_code == 200
        return doctor


class SignedIn(httpx.Auth):
    """Signs in again before the access token ends, because all tests together take longer."""

    def __init__(self, token: str, again: Callable[[], str]) -> None:
        self.again = again
        self.token, self.since = token, time.monotonic()

    def current(self) -> str:
        if time.monotonic() - self.since > LIFETIME_S * 0.8:
            self.renew()
        return self.token

    def renew(self) -> None:
        """Now, so that it does not happen while a test compares what is in the database."""
        self.token, self.since = self.again(), time.monotonic()

    def auth_flow(self, request: httpx.Request) -> Iterator[httpx.Request]:  # type: ignore[override] # httpx's generator
        request.headers.setdefault("Authorization", f"Bearer {self.current()}")
        yield request


@dataclass
class Person:
    """Somebody who is signed in."""

    id: int
    signed_in: SignedIn
    http: httpx.Client

    @property
    def token(self) -> str:
        return self.signed_in.current()


def free_times(http: httpx.Client, doctor_id: int, start: str | None = None, days: int = 7) -> list[datetime]:
    query: dict[str, Any] = {"days": days, **({"start": start} if start else {})}
    answer = http.get(f"/api/doctors/{doctor_id}/slots", params=query)
    assert answer.status_code == 200, answer.text
    return [datetime.fromisoformat(slot["starts_at"]) for slot in answer.json()["items"]]


only_linux = pytest.mark.skipif(sys.platform != "linux", reason="finds the processes in /proc")


def processes(hospital: Hospital) -> dict[str, int]:
    """The services' processes by name."""
    assert hospital.process is not None
    pid = hospital.process.pid
    found = {}
    for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
        arguments = Path(f"/proc/{child}/cmdline").read_bytes().split(b"\0")
        found[arguments[2].decode().removeprefix("careplus_")] = int(child)
    return found


@contextmanager
def unwatched(hospital: Hospital) -> Iterator[None]:
    """The supervisor sleeps: what ends stays dead, and what stands still goes on standing."""
    assert hospital.process is not None
    supervisor = hospital.process.pid
    os.kill(supervisor, signal.SIGSTOP)
    try:
        wait_for_state("T", supervisor)
        yield
    finally:
        os.kill(supervisor, signal.SIGCONT)


def eventually(what: Callable[[], bool], patience_s: float = 30) -> None:
    """Returns when it holds; fails where it does not within that time."""
    deadline = time.monotonic() + patience_s
    while not what():
        assert time.monotonic() < deadline, f"not within {patience_s} s"
        time.sleep(0.1)


def answers(url: str) -> bool:
    """Whether somebody listens there, and is well."""
    try:
        return httpx.get(url, **NEARBY).status_code == 200
    except httpx.TransportError:
        return False


def is_alive(pid: int) -> bool:
    """A zombie is not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def wait_for_state(state: str, process: int) -> None:
    """Until the process is stopped (T) or a zombie (Z)."""
    while Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != state:
        time.sleep(0.01)


def _hear_ctrl_c() -> None:
    signal.signal(signal.SIGINT, signal.default_int_handler)
