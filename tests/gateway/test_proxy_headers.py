"""The client address that services get: the peer's, or the address in X-Forwarded-For if the peer is a trusted proxy."""

import asyncio
import socket
from collections.abc import Iterator

import pytest

from careplus_gateway import proxy_headers
from careplus_gateway.proxy_headers import TrustedProxies
from careplus_runtime.http.addresses import network_of
from tests.gateway.conftest import Gateway, run_gateway
from tests.gateway.upstream import Upstream


@pytest.fixture(scope="module")
def trusting_gateway(gateway_of_tests: Gateway, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    """Run a gateway that trusts a proxy by its host name."""
    with run_gateway(tmp_path_factory.mktemp("behind"), gateway_of_tests.upstream, CAREPLUS_PROXIES="localhost") as gateway:
        yield gateway


async def forwarded_address(gateway: Gateway, upstream: Upstream, *headers: tuple[str, str]) -> bytes | None:
    upstream.reset()
    async with gateway.client() as http:
        assert (await http.get("/api/doctors", headers=list(headers))).status_code == 200
    [arrived] = upstream.arrived
    assert {name for name, _ in arrived.headers} & {b"forwarded", b"x-real-ip", b"x-forwarded-host"} == set()
    assert sum(name == b"x-forwarded-for" for name, _ in arrived.headers) == 1
    return arrived.header(b"x-forwarded-for")


FORGED = (
    ("X-Forwarded-For", "198.51.100.1"),
    ("x-forwarded-for", "198.51.100.2, 198.51.100.3"),
    ("Forwarded", "for=198.51.100.4"),
    ("X-Real-IP", "198.51.100.5"),
    ("X-Forwarded-Host", "evil.example"),
)


async def test_forwarding_headers_are_ignored_by_default(gateway: Gateway, upstream: Upstream) -> None:
    assert await forwarded_address(gateway, upstream, *FORGED) == b"127.0.0.1"


async def test_named_proxy_is_trusted_for_its_last_address(trusting_gateway: Gateway, upstream: Upstream) -> None:
    gateway = trusting_gateway
    assert await forwarded_address(gateway, upstream) == b"127.0.0.1"
    assert await forwarded_address(gateway, upstream, ("X-Forwarded-For", "192.0.2.7")) == b"192.0.2.7"
    assert await forwarded_address(gateway, upstream, *FORGED, ("X-Forwarded-For", "192.0.2.7")) == b"192.0.2.7"
    assert await forwarded_address(gateway, upstream, ("X-Forwarded-For", "192.0.2.7, 127.0.0.1")) == b"192.0.2.7"
    for invalid in ("unknown", "192.0.2.7:80; DROP", "1.2.3.4.5", "'"):
        assert await forwarded_address(gateway, upstream, ("X-Forwarded-For", f"192.0.2.7, {invalid}")) == b"127.0.0.1"


@pytest.mark.parametrize(
    ("setting", "address", "forwarded", "found"),
    [
        ("192.0.2.0/24", "192.0.2.9", "203.0.113.1, 192.0.2.8", "203.0.113.1"),
        ("192.0.2.0/24, 2001:db8::/32", "2001:db8::1", "203.0.113.1, 192.0.2.8", "203.0.113.1"),
        ("192.0.2.9", "192.0.2.8", "203.0.113.1", "192.0.2.8"),
        ("192.0.2.9", "::ffff:192.0.2.9", "203.0.113.1", "203.0.113.1"),
        ("192.0.2.9", "192.0.2.9", "::ffff:203.0.113.1", "203.0.113.1"),
        ("192.0.2.9", "192.0.2.9", ",".join(["192.0.2.9"] * 5000), "192.0.2.9"),
        ("", "192.0.2.9", "203.0.113.1", "192.0.2.9"),
    ],
)
def test_chain_of_proxies_yields_the_first_untrusted_address(setting: str, address: str, forwarded: str, found: str) -> None:
    assert TrustedProxies(setting).client_address(address, [(b"x-forwarded-for", forwarded.encode())]) == found


async def test_proxy_names_are_resolved_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """Check trust with the resolver's results before, during and after the replacement of a container."""
    proxies = TrustedProxies("web")
    assert not proxies.is_trusted("192.0.2.1")
    for answer, trusted in (("192.0.2.1", "192.0.2.1"), (None, "192.0.2.1"), ("192.0.2.2", "192.0.2.2")):

        async def looked_up(name: str, port: None, answer: str | None = answer, **_: object) -> list[tuple[object, ...]]:
            if answer is None:
                raise socket.gaierror
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (answer, 0))]

        monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", looked_up)
        await proxies.resolve()
        assert {one for one in ("192.0.2.1", "192.0.2.2") if proxies.is_trusted(one)} == {trusted}


async def test_host_of_a_container_is_its_default_gateway(
    monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    routes = tmp_path_factory.mktemp("proc") / "route"
    routes.write_text("Iface\tDestination\tGateway \tFlags\neth1\t0000FEA9\t00000000\t0001\neth0\t00000000\t010014AC\t0003\n")
    monkeypatch.setattr(proxy_headers, "ROUTES", routes)
    proxies = TrustedProxies("web.invalid,host")
    await proxies.resolve()
    assert proxies.resolved == {"host": {"172.20.0.1"}}


def test_network_of_merges_ipv6_by_64_bits() -> None:
    assert network_of("192.0.2.1") == network_of("::ffff:192.0.2.1") == "192.0.2.1"
    assert network_of("2001:db8::1") == network_of("2001:db8::ffff:1") != network_of("2001:db8:0:1::1")
