"""A hospital of many processes on PostgreSQL: two replicas of each service, and two gateways that clients use in turn."""

import shutil
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import httpx
from alembic.script import ScriptDirectory

from careplus_cli.services import SERVICES
from careplus_tables.migrate import HEAD, MIGRATIONS, oldest_code
from tests.concurrency.conftest import PostgresHospital
from tests.hospital import ADMIN, PASSWORD, BackgroundProcess, answers, eventually, start_module

REPLICAS = 2
NEXT = f"{int(HEAD) + 1:04}"
OLDEST = oldest_code(ScriptDirectory(str(MIGRATIONS)))
"""The oldest code that works on HEAD works on NEXT too."""
FAILURES = ("service_failed", "database_refused", "breaker_opened", "keys_not_fetched")
"""Events of the log that explain a 503."""
MIGRATION = f'''
"""Expand a table that everybody uses, as migrations of a release do."""
import sqlalchemy as sa
from alembic import op
revision, down_revision, older_code_works = "{NEXT}", "{HEAD}", True
def upgrade():
    op.add_column("appointments", sa.Column("planted", sa.Integer, nullable=False, server_default="0"))
    op.create_index("ix_planted", "appointments", ["planted", "id"])
    op.create_table("planted", sa.Column("id", sa.BigInteger, primary_key=True))
'''


class Alternating(httpx.BaseTransport):
    """Sends each request to the next gateway, and to the other one where the first fails, as a load balancer does.

    A request that may have been executed is repeated only if it is a GET or has an Idempotency-Key.
    """

    def __init__(self, urls: list[str]) -> None:
        self.urls = [httpx.URL(url) for url in urls]
        self.transport = httpx.HTTPTransport(verify=False)
        self.requests, self.repeated = count(), 0

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        first = next(self.requests)
        for attempt in range(first, first + 2 * len(self.urls)):
            url = self.urls[attempt % len(self.urls)]
            request.url = request.url.copy_with(host=url.host, port=url.port)
            try:
                response = self.transport.handle_request(request)
                # before the answer counts: the gateway may end while it is sent
                response.read()
                return response
            except httpx.ConnectError:
                self.repeated += 1
            except httpx.TransportError:
                if request.method != "GET" and "Idempotency-Key" not in request.headers:
                    raise
                self.repeated += 1
        raise httpx.ConnectError("no gateway answers")

    def close(self) -> None:
        self.transport.close()


@dataclass
class ReplicatedHospital(PostgresHospital):
    """Processes by name, such as `labs-2` and `gateway-1`."""

    running_processes: dict[str, BackgroundProcess] = field(default_factory=dict)
    newer: Path | None = None
    """The migrations of the newer version."""

    def __post_init__(self) -> None:
        super().__post_init__()
        names = [f"{service}-{number}" for number in range(1, REPLICAS + 1) for service in SERVICES]
        # P for the first gateway: `free_port` has seen that P to P + 9 are free
        self.ports = dict(zip(["gateway-1", *names, "gateway-2"], range(self.port, self.port + 10), strict=True))
        for service in SERVICES:
            urls = (f"http://127.0.0.1:{self.ports[f'{service}-{number}']}" for number in range(1, REPLICAS + 1))
            self.extra[f"CAREPLUS_{service.upper()}_URL"] = ",".join(urls)
        self.extra |= {"CAREPLUS_FORWARDED_KEY": "f" * 40, "CAREPLUS_GATEWAYS": "2"}

    @property
    def gateways(self) -> list[str]:
        return [f"http://127.0.0.1:{self.ports[name]}" for name in ("gateway-1", "gateway-2")]

    def client(self, token: str | None = None) -> httpx.Client:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return httpx.Client(base_url=self.url, headers=headers, timeout=60, transport=Alternating(self.gateways), trust_env=False)

    def start_process(self, name: str) -> None:
        command = [f"careplus_{name.partition('-')[0]}", "--port", str(self.ports[name])]
        if self.newer is not None:
            command = ["tests.replicas.newer", str(self.newer), *command]
        log = self.data / f"{name}.log"
        self.running_processes[name] = start_module(*command, env=self.environment, cwd=self.data, log=log)

    def wait_for(self, name: str) -> None:
        """Wait until a process is ready."""
        path = "health" if name.startswith("gateway") else "ready"
        eventually(lambda: answers(f"http://127.0.0.1:{self.ports[name]}/{path}"), 120)

    def replace(self, name: str, number: signal.Signals) -> None:
        """End a process by a signal, start another one on its port, and wait until it is ready."""
        process = self.running_processes[name]
        process.send_signal(number)
        process.wait(60)
        self.start_process(name)
        self.wait_for(name)

    def migrate(self, folder: Path) -> None:
        """Migrate to the next revision; processes that start later are of that version."""
        self.newer = folder / "migrations"
        shutil.copytree(MIGRATIONS, self.newer)
        (self.newer / "versions" / f"{NEXT}_planted.py").write_text(MIGRATION)
        arguments = (str(self.newer), "careplus_cli", "migrate")
        log = self.data / "migrate.log"
        started = start_module("tests.replicas.newer", *arguments, env=self.environment, cwd=self.data, log=log)
        assert started.wait(120) == 0, log.read_text()
        assert self.rows("SELECT version_num, oldest_code FROM alembic_version") == [
            (NEXT, oldest_code(ScriptDirectory(str(MIGRATIONS))))
        ]

    @contextmanager
    def running_with_admin(self) -> Iterator["ReplicatedHospital"]:
        created = self.careplus("admin", "create", "--email", ADMIN, "--name", "Ada Admin", stdin=f"{PASSWORD}\n")
        assert created.returncode == 0, created.stderr
        try:
            for name in self.ports:
                self.start_process(name)
            for name in self.ports:
                self.wait_for(name)
            yield self
        finally:
            self.stop()

    def stop(self) -> None:
        for process in self.running_processes.values():
            process.terminate()
        for process in self.running_processes.values():
            process.wait(60)

    def lines(self, name: str) -> list[str]:
        """Return the log lines of all processes of a service."""
        return [line for file in self.data.glob(f"{name}-*.log") for line in file.read_text().splitlines()]

    def failures(self) -> list[str]:
        """Return the log lines that say why a request was answered with 503."""
        lines = (line for name in ("gateway", *SERVICES) for line in self.lines(name))
        return [line for line in lines if any(event in line for event in FAILURES)]
