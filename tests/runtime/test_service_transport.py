"""Requests of one process to the replicas of a service, one of which closes the connection instead of answering."""

import secrets
from collections.abc import Iterator

import httpx
import pytest

from careplus_runtime.process.settings import Settings
from careplus_runtime.transport.services import ServiceTransport
from tests.gateway.upstream import Upstream, close_connection
from tests.hospital import free_port


@pytest.fixture
def closing_and_answering() -> Iterator[tuple[Upstream, Upstream]]:
    started = Upstream(free_port(), answer=close_connection), Upstream(free_port())
    for one in started:
        one.start()
    yield started
    for one in started:
        one.stop()


def client_of(*replicas: Upstream) -> httpx.AsyncClient:
    urls = ",".join(f"http://127.0.0.1:{one.port}" for one in replicas)
    settings = Settings(SECRET_KEY=secrets.token_urlsafe(48), auth_url=urls, forwarded_key="f" * 40)
    return httpx.AsyncClient(transport=ServiceTransport(settings, None), base_url=f"http://127.0.0.1:{replicas[0].port}")


async def test_unanswered_get_goes_to_next_replica(closing_and_answering: tuple[Upstream, Upstream]) -> None:
    async with client_of(*closing_and_answering) as http:
        assert (await http.get("/auth/me")).status_code == 200
    assert [len(one.arrived) for one in closing_and_answering] == [1, 1]


async def test_unanswered_post_is_not_repeated(closing_and_answering: tuple[Upstream, Upstream]) -> None:
    async with client_of(*closing_and_answering) as http:
        with pytest.raises(httpx.RemoteProtocolError):
            await http.post("/auth/me")
    assert [len(one.arrived) for one in closing_and_answering] == [1, 0]
