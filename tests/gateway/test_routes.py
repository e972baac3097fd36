"""Every endpoint of the contracts has a route, and no other path has one."""

import re

import pytest

from careplus_contracts.endpoints import Endpoint, Role
from careplus_contracts.registry import ENDPOINTS
from tests.gateway.conftest import Gateway
from tests.gateway.upstream import Upstream, token

PATHS = sorted({endpoint.path for endpoint in ENDPOINTS})


def with_ids(path: str) -> str:
    return re.sub(r"{\w+}", "7", path)


SCREEN_TOKEN = "s" * 43


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=lambda endpoint: endpoint.name)
async def test_every_endpoint_is_routed(gateway: Gateway, upstream: Upstream, endpoint: Endpoint[..., object]) -> None:
    bearer = SCREEN_TOKEN if endpoint.takes_own_token else token(next(role for role in Role if endpoint.admits(role)))
    async with gateway.client(bearer) as http:
        answer = await http.request(endpoint.method, with_ids(endpoint.path))
    is_own = endpoint.service == "gateway" or endpoint.name == "show_keys"
    if endpoint.service == "labs" or endpoint.name == "show_readiness":
        assert answer.status_code == 503
    else:
        assert answer.status_code == 200
    forwarded = [(arrived.method, arrived.path) for arrived in upstream.arrived]
    assert forwarded == ([] if is_own or endpoint.service == "labs" else [(endpoint.method, with_ids(endpoint.path))])


@pytest.mark.parametrize("path", PATHS)
async def test_other_methods_are_405_with_the_allowed_ones(gateway: Gateway, upstream: Upstream, path: str) -> None:
    allowed = {endpoint.method for endpoint in ENDPOINTS if endpoint.path == path}
    async with gateway.client(token()) as http:
        for method in {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"} - allowed:
            answer = await http.request(method, with_ids(path))
            assert answer.status_code == 405
            assert answer.headers["allow"] == ", ".join(sorted(allowed))
            assert method == "HEAD" or answer.json()["code"] == "method_not_allowed"
    assert upstream.arrived == []


async def test_config_comes_from_the_settings(gateway: Gateway) -> None:
    async with gateway.client() as http:
        answer = await http.get("/api/config")
    assert answer.json() == {
        "hospital": "CarePlus Hospital",
        "zone": "Europe/Berlin",
        "phone": None,
        "address": None,
        "emergency_phone": "112",
        "privacy_contact": None,
        "demo": False,
        "sign_on": None,
        "booking": {"notice_minutes": 60, "horizon_days": 180, "change_notice_minutes": 0},
    }


async def test_readiness_names_the_missing_service(gateway: Gateway) -> None:
    async with gateway.client() as http:
        answer = await http.get("/ready")
        assert (await http.get("/health")).json() == {"status": "ok"}
    assert answer.status_code == 503
    assert answer.json()["code"] == "not_ready"
    assert answer.json()["parts"] == {"auth": True, "appointments": True, "doctors": True, "labs": False}
    assert "labs" in answer.json()["detail"]


async def test_served_document_has_every_endpoint(gateway: Gateway) -> None:
    # the first request waits while the gateway builds the document: on a busy machine longer than httpx's five seconds
    async with gateway.client() as http:
        served = (await http.get("/openapi.json")).json()
    assert served["openapi"] == "3.1.0"
    assert sum(len(operations) for operations in served["paths"].values()) == len(ENDPOINTS)
