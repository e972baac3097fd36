"""PostgreSQL over TLS by the URL: migrations, commands and a service verify the server's certificate."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import sqlalchemy as sa

from careplus_cli.certificates import make_certificates
from careplus_tables.engine import sync_engine
from tests.audit.auth_process import AuditedDatabase
from tests.hospital import ADMIN, PASSWORD, Hospital, free_port
from tests.postgresql import tls_server

pytestmark = pytest.mark.process

CONNECTIONS = "SELECT ssl, count(*) FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) WHERE client_port > 0 GROUP BY ssl"


@dataclass
class Server:
    """A server that takes connections from 127.0.0.1 over TLS only; `local` is the URL of its socket."""

    port: int
    local: str
    certificates: Path

    def url(self, *, host: str = "127.0.0.1", mode: str = "verify-full", authority: Path | None = None) -> str:
        trusted = authority or self.certificates / "database" / "ca.crt"
        return f"postgresql://careplus@{host}:{self.port}/postgres?sslmode={mode}&sslrootcert={trusted}"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("certificates")
    make_certificates(folder, days=2)
    port = free_port()
    with tls_server(folder / "database", port) as local:
        yield Server(port, local, folder)


def test_commands_and_service_use_verified_tls(server: Server, tmp_path: Path) -> None:
    hospital = Hospital(tmp_path, extra={"DATABASE_URL": server.url()})
    assert hospital.careplus("migrate").returncode == 0
    created = hospital.careplus("admin", "create", "--email", ADMIN, "--name", "Ada Admin", stdin=f"{PASSWORD}\n")
    assert created.returncode == 0, created.stderr
    database = AuditedDatabase(hospital, server.url())
    with database.auth():
        # the chain writer and the readers of auth are connected now
        engine = sync_engine(server.local)
        with engine.connect() as connection:
            connections = {row[0]: row[1] for row in connection.execute(sa.text(CONNECTIONS))}
        engine.dispose()
    assert set(connections) == {True}
    assert connections[True] >= 1
    assert hospital.careplus("audit", "verify").returncode == 0


def refused(folder: Path, url: str, reason: str) -> None:
    """Check that a command and a service say in one line why they do not connect."""
    hospital = Hospital(folder, extra={"DATABASE_URL": url})
    command, service = hospital.careplus("migrate"), hospital.careplus("serve", "labs")
    assert (command.returncode, service.returncode) == (1, 3)
    for done in (command, service):
        [line] = done.stderr.strip().splitlines()
        assert reason in line


def test_wrong_authority_or_host_is_refused(server: Server, tmp_path: Path) -> None:
    make_certificates(tmp_path / "foreign", days=2)
    authority = tmp_path / "foreign" / "ca.crt"
    refused(tmp_path, server.url(authority=authority), "certificate verify failed")
    # the address apart from the name, which no server has to resolve
    refused(tmp_path, server.url(host="elsewhere.example") + "&hostaddr=127.0.0.1", "does not match host name")


def test_plain_connection_is_refused(server: Server, tmp_path: Path) -> None:
    refused(tmp_path, server.url(mode="disable"), "no encryption")
