"""A gateway in its own process, in front of three stand-in services and one that is unreachable."""

import os
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from tests.gateway.upstream import Upstream, token
from tests.hospital import LOCAL_HTTP, UNLIMITED_RATES, BackgroundProcess, free_port, start_module

TIMEOUT_S = 1.0


@dataclass
class Gateway:
    port: int
    log: Path
    upstream: Upstream
    process: BackgroundProcess | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def client(self, access_token: str | None = None) -> httpx.AsyncClient:
        headers = {"Authorization": f"Bearer {access_token}"} if access_token else {}
        limits = httpx.Limits(max_connections=None)
        return httpx.AsyncClient(base_url=self.url, headers=headers, timeout=20, limits=limits, **LOCAL_HTTP)

    def connect(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), timeout=10)


@contextmanager
def run_gateway(folder: Path, upstream: Upstream, timeout_s: float = TIMEOUT_S, **settings: str) -> Iterator[Gateway]:
    """Run a gateway in front of the stand-in as each service, except labs, which is unreachable."""
    gateway = Gateway(free_port(), folder / "gateway.log", upstream)
    at_upstream = f"http://127.0.0.1:{upstream.port}"
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("CAREPLUS_")},
        **{f"CAREPLUS_{service}_URL": at_upstream for service in ("AUTH", "APPOINTMENTS", "DOCTORS")},
        "CAREPLUS_LABS_URL": f"http://127.0.0.1:{free_port()}",
        "CAREPLUS_WEB": str(folder / "web"),
        **UNLIMITED_RATES,
        **settings,
    }
    command = ("tests.gateway.impatient_gateway", str(gateway.port), str(timeout_s))
    gateway.process = process = start_module(*command, env=environment, cwd=folder, log=gateway.log)
    try:
        for _ in range(200):
            try:
                httpx.get(f"{gateway.url}/health", **LOCAL_HTTP)
                break
            except httpx.TransportError:
                assert process.poll() is None, gateway.log.read_text()
                time.sleep(0.1)
        yield gateway
    finally:
        process.terminate()
        process.wait(10)


@pytest.fixture(scope="session")
def gateway_of_tests(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    upstream = Upstream(free_port())
    upstream.start()
    with run_gateway(tmp_path_factory.mktemp("gateway"), upstream) as gateway:
        yield gateway
    upstream.stop()


@pytest.fixture
def gateway(gateway_of_tests: Gateway) -> Gateway:
    gateway_of_tests.upstream.reset()
    return gateway_of_tests


@pytest.fixture
def upstream(gateway: Gateway) -> Upstream:
    return gateway.upstream


@pytest.fixture
def patient() -> str:
    return token()
