"""Rate limits: their subject, their count, and the headers that report them."""

import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from careplus_contracts.endpoints import Role
from careplus_gateway.rate_limit import MAX_KEYS, SlidingWindows
from tests.gateway.conftest import Gateway, run_gateway
from tests.gateway.upstream import Upstream, token
from tests.test_every_endpoint import check_problem

ACCOUNT, ANONYMOUS, AUTH = 6, 4, 3
RATELIMIT = re.compile(r'"(\w+)";r=(\d+);t=(\d+)')


@pytest.fixture(scope="module")
def low_limit_gateway(gateway_of_tests: Gateway, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    """Run a gateway with low limits behind a trusted proxy, so that tests can send requests from many addresses."""
    with run_gateway(
        tmp_path_factory.mktemp("low-limits"),
        gateway_of_tests.upstream,
        CAREPLUS_RATE_ACCOUNT=str(ACCOUNT),
        CAREPLUS_RATE_ANONYMOUS=str(ANONYMOUS),
        CAREPLUS_RATE_AUTH=str(AUTH),
        CAREPLUS_PROXIES="127.0.0.0/8",
    ) as gateway:
        yield gateway


@pytest.fixture
def low_limits(low_limit_gateway: Gateway) -> Gateway:
    low_limit_gateway.upstream.reset()
    return low_limit_gateway


def remaining(answer: httpx.Response) -> tuple[str, int]:
    found = RATELIMIT.fullmatch(answer.headers["ratelimit"])
    assert found is not None
    assert 1 <= int(found[3]) <= 60
    return found[1], int(found[2])


def check_refused(answer: httpx.Response, policy: str) -> None:
    check_problem(answer, 429)
    assert answer.json()["code"] == "too_many_requests"
    assert 1 <= int(answer.headers["retry-after"]) <= 60
    assert remaining(answer) == (policy, 0)
    assert answer.headers["ratelimit"].endswith(f"t={answer.headers['retry-after']}")


async def test_account_is_limited_across_addresses(low_limits: Gateway, upstream: Upstream) -> None:
    async with low_limits.client(token(Role.PATIENT, 100)) as http, low_limits.client(token(Role.PATIENT, 101)) as other:
        for number in range(ACCOUNT):
            answer = await http.get("/api/appointments", headers={"X-Forwarded-For": f"192.0.2.{number}"})
            assert (answer.status_code, remaining(answer)) == (200, ("account", ACCOUNT - 1 - number))
            assert answer.headers["ratelimit-policy"] == f'"account";q={ACCOUNT};w=60'
        check_refused(await http.get("/api/appointments"), "account")
        assert (await other.get("/api/appointments")).status_code == 200
    assert len(upstream.arrived) == ACCOUNT + 1, "a refused request is not forwarded"


async def test_invalid_token_is_limited_by_address(low_limits: Gateway) -> None:
    first, second = {"X-Forwarded-For": "192.0.2.20"}, {"X-Forwarded-For": "192.0.2.21"}
    async with low_limits.client() as http, low_limits.client(f"{token()}x") as forged:
        for client in (http, forged, http, forged):
            answer = await client.get("/api/doctors", headers=first)
            assert remaining(answer)[0] == "anonymous"
        check_refused(await http.get("/api/doctors", headers=first), "anonymous")
        check_refused(await forged.get("/api/appointments", headers=first), "anonymous")
        assert (await http.get("/api/doctors", headers=second)).status_code == 200


async def test_auth_paths_have_a_stricter_limit_per_address(low_limits: Gateway, upstream: Upstream) -> None:
    first = {"X-Forwarded-For": "192.0.2.30"}
    async with low_limits.client() as http, low_limits.client(token(Role.PATIENT, 102)) as signed_in:
        for number in range(AUTH):
            answer = await (http, signed_in)[number % 2].post("/auth/login", json={}, headers=first)
            assert remaining(answer) == ("auth", AUTH - 1 - number)
        check_refused(await signed_in.post("/auth/login", json={}, headers=first), "auth")
        assert (await http.get("/api/doctors", headers=first)).status_code == 200
    assert len(upstream.arrived) == AUTH + 1


async def test_ipv6_network_is_limited_as_one_address(low_limits: Gateway) -> None:
    async with low_limits.client() as http:
        for number in range(ANONYMOUS):
            await http.get("/api/doctors", headers={"X-Forwarded-For": f"2001:db8:0:7::{number}"})
        check_refused(await http.get("/api/doctors", headers={"X-Forwarded-For": "2001:db8:0:7:ffff::1"}), "anonymous")
        assert (await http.get("/api/doctors", headers={"X-Forwarded-For": "2001:db8:0:8::1"})).status_code == 200


def test_sliding_window_frees_the_oldest_request(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1000.0
    monkeypatch.setattr("careplus_gateway.rate_limit.time.monotonic", lambda: now)
    windows = SlidingWindows()
    assert windows.count("a", 2) == (True, 1, 60)
    now += 20.5
    assert windows.count("a", 2) == (True, 0, 40)
    assert windows.count("a", 2) == (False, 0, 40)
    assert windows.count("b", 2) == (True, 1, 60)
    now += 39.4
    assert windows.count("a", 2) == (False, 0, 1)
    now += 0.1
    assert windows.count("a", 2) == (True, 0, 21)


async def test_two_gateways_keep_the_limit_together(gateway_of_tests: Gateway, folder: Path) -> None:
    """A load balancer gives each gateway half of the requests."""
    settings: dict[str, Any] = {"CAREPLUS_RATE_ACCOUNT": str(2 * ACCOUNT), "CAREPLUS_GATEWAYS": "2"}
    with run_gateway(folder, gateway_of_tests.upstream, **settings) as one:
        async with one.client(token(Role.PATIENT, 300)) as http:
            seen = [(await http.get("/api/appointments")).status_code for _ in range(ACCOUNT + 1)]
    assert seen == [200] * ACCOUNT + [429], "each answers half of the limit"


def test_sliding_windows_forget_the_least_recent_key() -> None:
    windows = SlidingWindows()
    for number in range(MAX_KEYS + 1000):
        windows.count(str(number), 10)
        if number % 1000 == 0:
            windows.count("active", 100)
    assert len(windows.times) == MAX_KEYS
    assert len(windows.times["active"]) > 10


def test_sliding_window_costs_the_same_after_many_requests() -> None:
    windows = SlidingWindows()

    def cost_of(requests: int) -> float:
        began = time.thread_time()
        for number in range(requests):
            windows.count(str(number % 10), 6000)
        return (time.thread_time() - began) / requests

    at_first = cost_of(2_000)
    cost_of(40_000)
    assert cost_of(2_000) < 3 * at_first
