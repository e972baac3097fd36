"""Security headers on every response, HSTS at HTTPS addresses, and CORS headers for configured origins only."""

from collections.abc import Iterator

import httpx
import pytest

from careplus_gateway.security_headers import API_CSP, SECURITY_HEADERS, headers_for
from careplus_runtime.process.settings import HSTS, Settings, SettingsError, load_settings
from tests.gateway.conftest import Gateway, run_gateway
from tests.gateway.upstream import Upstream, json_response

FOREIGN = "https://portal.example.org"


@pytest.fixture(scope="module")
def public_gateway(gateway_of_tests: Gateway, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    """Run a gateway at a public address, with foreign origins that are allowed."""
    with run_gateway(
        tmp_path_factory.mktemp("public"),
        gateway_of_tests.upstream,
        CAREPLUS_ORIGINS="https://care.example.org",
        CAREPLUS_CORS_ORIGINS=f"{FOREIGN},http://localhost:5173",
    ) as gateway:
        yield gateway


@pytest.fixture
def public(public_gateway: Gateway) -> Gateway:
    public_gateway.upstream.reset()
    return public_gateway


async def responses_of_every_kind(gateway: Gateway, upstream: Upstream, patient: str) -> list[httpx.Response]:
    """Return a success, refusals of every layer, a failure of a service, a response of the gateway's own, and pages."""
    async with gateway.client(patient) as http, gateway.client() as anonymous:
        answers = [
            await http.get("/api/appointments"),
            await anonymous.get("/api/appointments"),
            await http.get("/api/admin/stats"),
        ]
        answers += [await http.get("/api/nothing"), await http.delete("/api/appointments"), await http.get("/api/%2e%2e")]
        answers += [await http.get(f"/api/doctors?q={'a' * 5000}"), await http.get("/api/labs/tests"), await http.get("/health")]
        upstream.next_answers = [json_response(500), json_response(304, b"")]
        answers += [await http.put("/api/appointments/1", json={}), await http.get("/api/appointments")]
        return [*answers, await http.get("/docs"), await http.get("/openapi.json"), await http.get("/ready")]


async def test_every_response_has_the_security_headers(gateway: Gateway, upstream: Upstream, patient: str) -> None:
    answers = await responses_of_every_kind(gateway, upstream, patient)
    assert [answer.status_code for answer in answers] == [200, 401, 403, 404, 405, 404, 414, 503, 200, 500, 304, 200, 200, 503]
    for answer in answers:
        assert {name: answer.headers.get_list(name) for name in SECURITY_HEADERS} == {
            name: [value] for name, value in SECURITY_HEADERS.items()
        }
        [content] = answer.headers.get_list("content-security-policy")
        is_page = answer.headers.get("content-type", "").startswith("text/html")
        assert content.startswith("default-src 'self'; frame-ancestors 'none'") if is_page else content == API_CSP
        assert "strict-transport-security" not in answer.headers
        assert not [name for name in answer.headers if name.startswith("access-control")]


def test_response_to_garbage_has_the_security_headers(gateway: Gateway) -> None:
    with gateway.connect() as connection:
        connection.sendall(b"not_http\r\n\r\n")
        head = connection.recv(65536).decode().lower()
    assert head.startswith("http/1.1 400 ")
    for name, value in {**SECURITY_HEADERS, "Content-Security-Policy": API_CSP}.items():
        assert f"\r\n{name}: {value}\r\n".lower() in head


async def test_public_https_address_sets_hsts(public: Gateway, upstream: Upstream, patient: str) -> None:
    for answer in await responses_of_every_kind(public, upstream, patient):
        assert answer.headers["strict-transport-security"] == HSTS


@pytest.mark.parametrize(("chosen", "value"), [(False, "max-age=31536000"), (True, "max-age=31536000; includeSubDomains")])
def test_hsts_names_subdomains_by_setting(chosen: bool, value: str) -> None:
    settings = Settings(origins="https://care.example.org", hsts_subdomains=chosen)
    assert dict(headers_for(settings))[b"strict-transport-security"] == value.encode()


def cors_headers(answer: httpx.Response) -> dict[str, str]:
    return {name: value for name, value in answer.headers.items() if name.startswith("access-control")}


async def test_allowed_foreign_origin_gets_cors_headers(public: Gateway, upstream: Upstream, patient: str) -> None:
    asking = {"Origin": FOREIGN, "Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization"}
    async with public.client() as http:
        preflight = await http.options("/api/appointments", headers=asking)
        assert (preflight.status_code, preflight.content, upstream.arrived) == (204, b"", [])
        assert preflight.headers["access-control-allow-origin"] == FOREIGN
        assert "Authorization" in preflight.headers["access-control-allow-headers"]
        for token, status in ((patient, 200), ("x", 401)):
            answer = await http.get("/api/appointments", headers={"Origin": FOREIGN, "Authorization": f"Bearer {token}"})
            assert (answer.status_code, answer.headers["access-control-allow-origin"]) == (status, FOREIGN)
            assert "origin" in answer.headers["vary"].lower()
            assert "ETag" in answer.headers["access-control-expose-headers"]
    assert "access-control-allow-credentials" not in {**preflight.headers, **answer.headers}


@pytest.mark.parametrize(
    "origin",
    [
        "https://evil.example",
        "https://portal.example.org.evil.example",
        "https://portal.example.org:444",
        "http://portal.example.org",
        "https://PORTAL.example.org",
        "null",
        "*",
        "",
    ],
)
async def test_other_origins_get_no_cors_headers(public: Gateway, patient: str, origin: str) -> None:
    async with public.client(patient) as http:
        preflight = await http.options("/api/appointments", headers={"Origin": origin, "Access-Control-Request-Method": "POST"})
        assert (preflight.status_code, cors_headers(preflight)) == (405, {})
        assert cors_headers(await http.get("/api/appointments", headers={"Origin": origin})) == {}


async def test_no_origin_gets_cors_headers_by_default(gateway: Gateway, patient: str) -> None:
    async with gateway.client(patient) as http:
        asking = {"Origin": gateway.url, "Access-Control-Request-Method": "GET"}
        assert (await http.options("/api/appointments", headers=asking)).status_code == 405
        assert cors_headers(await http.get("/api/appointments", headers={"Origin": FOREIGN})) == {}


@pytest.mark.parametrize("setting", ["*", "https://*.example.org", "portal.example.org", "https://portal.example.org/", "null"])
def test_setting_accepts_only_whole_origins(monkeypatch: pytest.MonkeyPatch, setting: str) -> None:
    monkeypatch.setenv("CAREPLUS_CORS_ORIGINS", f"https://good.example,{setting}")
    with pytest.raises(SettingsError, match="CAREPLUS_CORS_ORIGINS"):
        load_settings()
