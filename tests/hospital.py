"""Start a hospital by its own command and sign people in, for tests over HTTP."""

import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import chdir, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import count, islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx
import pytest
from typer.testing import CliRunner

from careplus_cli.main import app
from careplus_cli.services import SERVICES
from careplus_contracts.consents import PRIVACY_NOTICE
from careplus_runtime.identity.tokens import LIFETIME_S
from tests import databases, fork_server
from tests.fork_server import ForkedProcess, can_fork

ROOT = Path(__file__).parents[1]
PASSWORD = "seven-quiet-herons"
ADMIN = "admin@example.org"
CONSENT = {"text_version": PRIVACY_NOTICE.isoformat(), "language": "en"}
DETAILS: dict[str, Any] = {"date_of_birth": "1984-05-17", "sex": "unknown", "consent": CONSENT}
"""The fields of a patient's registration besides the name."""
MARGIN = timedelta(minutes=10)
VISIT = timedelta(minutes=15)
UNLIMITED_RATES = dict.fromkeys(("CAREPLUS_RATE_ACCOUNT", "CAREPLUS_RATE_ANONYMOUS", "CAREPLUS_RATE_AUTH"), "10000000")
"""Rate limits that load tests from one address never reach."""
_LIMITS = (
    "UPCOMING_PER_DOCTOR",
    "UPCOMING_LABORATORY",
    "UPCOMING_IN_ALL",
    "BOOKED_PER_DAY",
    "UNCONFIRMED_IN_ALL",
    "EMERGENCY_PER_HOUR",
)
UNLIMITED_BOOKINGS = {f"CAREPLUS_{name}": "1000" for name in _LIMITS}
"""Limits of bookings and of emergency accesses that tests do not reach."""
# only workers of pytest-xdist measure coverage, not the process that distributes tests
_coverage = os.environ.pop("COVERAGE_PROCESS_CONFIG", None) if "PYTEST_XDIST_WORKER" in os.environ else None
MEASURED = {"COVERAGE_PROCESS_CONFIG": _coverage} if _coverage else {}
"""Environment that measures coverage in a started process, which doubles its start time."""
LOCAL_HTTP: dict[str, Any] = {"trust_env": False, "verify": False}
"""Options of httpx for plain HTTP on this machine: loading root certificates costs each client 25 ms."""

LAYOUT = ("--workers", "2") if os.environ.get("CAREPLUS_TEST_LAYOUT") == "workers" else ()
"""How `careplus run` starts hospitals of tests that do not choose: a process of each service, or workers."""

BackgroundProcess = subprocess.Popen[bytes] | ForkedProcess

_templates = TemporaryDirectory()
_tens = count(secrets.randbelow(500))
_range = 11_000 + 5_000 * (int(os.environ.get("PYTEST_XDIST_WORKER", "gw0")[2:]) % 4)


def free_port() -> int:
    """Return a port P such that P to P + 9 are free: `careplus run` gives the next ones to the services.

    Ports stay below the ephemeral range, from which an outgoing connection could take one before its service listens, and above
    10080, the highest port that Chromium refuses (ERR_UNSAFE_PORT).
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
    """The processes of one hospital with its own data folder."""

    data: Path
    port: int = field(default_factory=free_port)
    secret: str = field(default_factory=lambda: secrets.token_urlsafe(48))
    extra: dict[str, str] = field(default_factory=dict)
    measured: bool = False
    """Whether coverage of its processes is measured."""
    executed: bool = False
    """Whether `start` executes the command; otherwise the fork server starts the same processes in a tenth of the time."""
    process: BackgroundProcess | None = None

    @property
    def url(self) -> str:
        return f"{'https' if 'CAREPLUS_TLS_CERT' in self.extra else 'http'}://127.0.0.1:{self.port}"

    @property
    def service_urls(self) -> dict[str, str]:
        """The URL of each service: `careplus run` gives them the next free ports, and `free_port` has seen that they are free."""
        skip_for_workers()
        return {service: f"http://127.0.0.1:{port}" for port, service in enumerate(SERVICES, self.port + 1)}

    @property
    def log(self) -> Path:
        return self.data / "log.txt"

    @property
    def database(self) -> str:
        return self.extra.get("DATABASE_URL") or databases.url(Path(self.extra.get("CAREPLUS_DATA", self.data)))

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
            # tests with several administrators invite staff
            "CAREPLUS_SECOND_ADMINISTRATOR": "false",
            **UNLIMITED_BOOKINGS,
            **UNLIMITED_RATES,
            **({} if databases.IS_SQLITE else {"DATABASE_URL": self.database}),
            **(MEASURED if self.measured else {}),
            **self.extra,
        }

    def careplus(self, *arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
        """Run a command to its end, in this process where it does not change the process, as `run` and `serve` do."""
        if arguments[0] in {"run", "serve"}:
            command = [sys.executable, "-m", "careplus_cli", *arguments]
            return subprocess.run(
                command, env=self.environment, cwd=self.data, capture_output=True, text=True, timeout=120, check=False
            )
        # unset variables of this process that the hospital must not see
        others: dict[str, str | None] = {name: None for name in os.environ if name not in self.environment}
        environment = {**others, **self.environment}
        # in a thread: in browser tests this one already runs an event loop
        with chdir(self.data), ThreadPoolExecutor(1) as apart:
            done = apart.submit(CliRunner().invoke, app, arguments, input=stdin, env=environment, catch_exceptions=False).result()
        return subprocess.CompletedProcess(arguments, done.exit_code, done.stdout, done.stderr)

    def start(self, *arguments: str) -> None:
        self.process = self.start_command("run", *arguments, *(() if "--replicas" in arguments else LAYOUT))
        self.wait_until_ready()

    def start_command(self, *arguments: str) -> BackgroundProcess:
        """Start `careplus arguments` in the background; its output is appended to the log."""
        options: Any = {"env": self.environment, "cwd": self.data, "log": self.log, "executed": self.executed}
        return start_module("careplus_cli", *arguments, **options)

    def wait_until_ready(self, patience_s: float = 180) -> None:
        """Return when `/ready` answers 200; fail when the process ends or the time is over."""
        deadline = time.monotonic() + patience_s
        while time.monotonic() < deadline:
            try:
                if httpx.get(f"{self.url}/ready", timeout=2, **LOCAL_HTTP).status_code == 200:
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
        """Run until the block ends."""
        try:
            self.start(*arguments)
            yield self
        finally:
            self.stop()

    @contextmanager
    def running_with_admin(self) -> Iterator["Hospital"]:
        """Run with a database that has one administrator until the block ends."""
        # a test may put the data elsewhere, such as on a disk that becomes full
        databases.copy(database_with_admin(), self.database)
        with self.running():
            yield self

    def let_begin(self, visit_id: int, ends_at: datetime | None = None) -> None:
        """Move a visit to a time that is over, in the database: the latest free one before `ends_at`, by default now.

        The services accept some statuses only after the start of a visit, and book no time that is over.
        """
        ends_at = (ends_at or datetime.now(UTC)).replace(microsecond=0)
        for number in range(1, 2000):
            with suppress(*databases.Refused):
                self.place_visit(visit_id, ends_at - number * VISIT, ends_at - (number - 1) * VISIT)
                return
        raise AssertionError("doctor or patient have no free time")

    def place_visit(self, visit_id: int, starts_at: datetime, ends_at: datetime) -> None:
        """Move a visit in the database. Raise one of `databases.Refused` where doctor or patient have another one."""
        span = (f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}" for at in (starts_at, ends_at))
        databases.execute(self.database, "UPDATE appointments SET starts_at = ?, ends_at = ? WHERE id = ?", *span, visit_id)

    def client(self, token: str | None = None) -> httpx.Client:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return httpx.Client(base_url=self.url, headers=headers, timeout=30, **LOCAL_HTTP)

    def sign_in(self, email: str, password: str = PASSWORD, **more: Any) -> "Person":
        with self.client() as http:
            answer = http.post("/auth/login", json={"email": email, "password": password, **more})
        assert answer.status_code == 200, answer.text
        signed_in = SignedIn(answer.json()["access_token"], lambda: self.sign_in(email, password, **more).token)
        http = self.client()
        http.auth = signed_in
        return Person(answer.json()["account"]["id"], signed_in, http)

    def register(self, email: str, full_name: str, **more: Any) -> "Person":
        body = {"email": email, "password": PASSWORD, "full_name": full_name, **DETAILS, **more}
        with self.client() as http:
            answer = post_when_allowed(http, "/auth/register", body)
        assert answer.status_code == 201, answer.text
        return self.sign_in(email)

    def explain(self, answer: httpx.Response) -> str:
        """Return an answer with the log lines of its request."""
        request_id = answer.headers.get("x-request-id", "no id")
        return "\n".join((answer.text, *(line for line in self.log.read_text().splitlines() if request_id in line)))

    def rename(self, admin: "Person", account_id: int, full_name: str) -> None:
        """Correct a person's legal name."""
        body = {"full_name": full_name, "reason": "As in the identity card"}
        answer = admin.http.put(f"/api/admin/accounts/{account_id}/legal-details", json=body)
        assert answer.status_code == 200, answer.text

    def invite(self, admin: "Person", email: str, full_name: str, role: str) -> "Person":
        answer = admin.http.post("/api/admin/invitations", json={"email": email, "full_name": full_name, "role": role})
        assert answer.status_code == 201, answer.text
        return self.register(email, full_name, invitation=answer.json()["code"])

    def add_doctor(self, admin: "Person", email: str, full_name: str, specialty: str, slot_minutes: int = 30) -> "Person":
        """Create a doctor with opening hours around the clock on all days."""
        body = {"email": email, "full_name": full_name, "specialty": specialty, "languages": ["en"]}
        answer = admin.http.post("/api/admin/doctors", json=body)
        assert answer.status_code == 201, self.explain(answer)
        doctor = self.register(email, full_name, invitation=answer.json()["invitation_code"])
        hours = [
            {"weekday": day, "starts": "00:00", "ends": "24:00"} for day in ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
        ]
        week = {"slot_minutes": slot_minutes, "place": "Room 12", "rules": hours}
        assert doctor.http.put("/api/doctor/availability", json=week).status_code == 200
        return doctor


def start_module(
    module: str, *arguments: str, env: Mapping[str, str], cwd: Path, log: Path, executed: bool = False
) -> BackgroundProcess:
    """Start `python -m module arguments` in a session of its own; its output is appended to the log."""
    if not executed and can_fork(env):
        return fork_server.start(module, *arguments, env=env, cwd=cwd, log=log)
    with log.open("ab") as output:
        return subprocess.Popen(
            [sys.executable, "-m", module, *arguments],
            env={"PYTHONPATH": str(ROOT), **env} if module.startswith("tests.") else env,
            cwd=cwd,
            stdout=output,
            stderr=output,
            start_new_session=True,
            # processes started in the background ignore SIGINT, and children inherit that
            preexec_fn=_restore_sigint,  # noqa: PLW1509 - no threads are involved
        )


@cache
def database_with_admin() -> str:
    """Return a migrated database with one administrator, to copy; migration and hash take 1.3 s, so once a process."""
    template = Hospital(Path(_templates.name))
    created = template.careplus("admin", "create", "--email", ADMIN, "--name", "Ada Admin", stdin=f"{PASSWORD}\n")
    assert created.returncode == 0, created.stderr
    assert [file.name for file in template.data.iterdir()] in (["careplus.db"], []), "no open transactions beside it"
    return template.database


class SignedIn(httpx.Auth):
    """Send a bearer token; sign in again before it expires, because a test session outlives it."""

    def __init__(self, token: str, again: Callable[[], str]) -> None:
        self.again = again
        self.token, self.since = token, time.monotonic()

    def current(self) -> str:
        self.renew_after(LIFETIME_S * 0.8)
        return self.token

    def renew_after(self, seconds: float) -> None:
        """Sign in now if the token is older: not later, while a test compares database rows."""
        if time.monotonic() - self.since > seconds:
            self.renew()

    def renew(self) -> None:
        self.token, self.since = self.again(), time.monotonic()

    def auth_flow(self, request: httpx.Request) -> Iterator[httpx.Request]:  # type: ignore[override] # httpx's generator
        request.headers.setdefault("Authorization", f"Bearer {self.current()}")
        yield request


@dataclass
class Person:
    """A signed-in account and its HTTP client."""

    id: int
    signed_in: SignedIn
    http: httpx.Client

    @property
    def token(self) -> str:
        return self.signed_in.current()


def post_when_allowed(http: httpx.Client, path: str, body: dict[str, Any]) -> httpx.Response:
    """POST, and once more after the wait that a 429 names: other tests on the same hospital count toward its limits."""
    answer = http.post(path, json=body)
    if answer.status_code == 429:
        time.sleep(answer.json()["retry_after_s"])
        answer = http.post(path, json=body)
    return answer


def free_times(http: httpx.Client, doctor_id: int, start: str | None = None, days: int = 7) -> list[datetime]:
    """Return the starts of a doctor's free slots that patients can book, from now or from a clinic day on."""
    query: dict[str, Any] = {"days": days, **({"start": start} if start else {})}
    request = http.build_request("GET", f"/api/doctors/{doctor_id}/slots", params=query)
    # staff see times without notice
    request.headers.pop("Authorization", None)
    answer = http.send(request, auth=None)
    assert answer.status_code == 200, answer.text
    return [datetime.fromisoformat(slot["starts_at"]) for slot in answer.json()["items"]]


def later_time(http: httpx.Client, doctor_id: int) -> datetime:
    """Return a free time that does not pass during a test: the first one at least MARGIN after the next free one."""
    times = free_times(http, doctor_id)
    return next(time for time in times if time >= times[0] + MARGIN)


only_linux = pytest.mark.skipif(sys.platform != "linux", reason="finds the processes in /proc")


def processes(hospital: Hospital) -> dict[str, int]:
    """Return the process ids of the services by name."""
    skip_for_workers()
    return {service_of(str(child)): child for child in children(hospital)}


def children(hospital: Hospital) -> list[int]:
    """Return the processes of a hospital in the order in which they started."""
    assert hospital.process is not None
    pid = hospital.process.pid
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def skip_for_workers() -> None:
    """Skip a test about the process or the port of one service where the hospitals of tests have workers."""
    if LAYOUT:
        pytest.skip("this hospital has no process of each service")


def service_of(pid: str) -> str:
    """Return the name of a service process: a forked one has it as its own name, an executed one in its command line."""
    name = Path(f"/proc/{pid}/comm").read_text().strip()
    if not name.startswith("python"):
        return name
    return Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")[2].decode().removeprefix("careplus_")


@contextmanager
def paused_supervisor(hospital: Hospital) -> Iterator[None]:
    """Stop the supervisor (SIGSTOP), so that it restarts and kills no service until the block ends."""
    assert hospital.process is not None
    supervisor = hospital.process.pid
    os.kill(supervisor, signal.SIGSTOP)
    try:
        wait_for_state("T", supervisor)
        yield
    finally:
        os.kill(supervisor, signal.SIGCONT)


def eventually(condition: Callable[[], bool], patience_s: float = 30) -> None:
    """Return when the condition holds; fail when it does not within `patience_s`."""
    deadline = time.monotonic() + patience_s
    while not condition():
        assert time.monotonic() < deadline, f"not within {patience_s} s"
        time.sleep(0.1)


def answers(url: str) -> bool:
    """Return whether a GET of the URL returns 200."""
    try:
        return httpx.get(url, **LOCAL_HTTP).status_code == 200
    except httpx.TransportError:
        return False


def is_alive(pid: int) -> bool:
    """Return whether a process exists and is no zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def wait_for_state(state: str, process: int) -> None:
    """Wait until the process is stopped (T) or a zombie (Z)."""
    while Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != state:
        time.sleep(0.01)


def _restore_sigint() -> None:
    signal.signal(signal.SIGINT, signal.default_int_handler)
