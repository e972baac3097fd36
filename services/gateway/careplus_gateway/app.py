"""The gateway, the only public HTTP server: routes the paths of the contracts, the pages, and nothing more."""

import asyncio
import gzip
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from itertools import groupby

import httpx
from pydantic import BaseModel
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route, request_response
from starlette.types import ASGIApp, Receive, Scope, Send

from careplus_contracts import platform
from careplus_contracts.platform import BookingRules, Config, Health, NotReady, Readiness
from careplus_contracts.refusals import Refusal
from careplus_contracts.registry import ENDPOINTS, SERVICES
from careplus_gateway.circuit_breaker import CircuitBreaker
from careplus_gateway.forward import CheckedForward, connection_pool
from careplus_gateway.gzip import GZipMiddleware, accepts_gzip
from careplus_gateway.pages import BUILT, Pages
from careplus_gateway.proxy_headers import ProxyHeadersMiddleware, TrustedProxies
from careplus_gateway.rate_limit import RateLimitMiddleware
from careplus_gateway.request_limits import RequestLimitsMiddleware
from careplus_gateway.security_headers import SecurityHeadersMiddleware, headers_of
from careplus_runtime.http.openapi import document
from careplus_runtime.http.problems import Requests, answer_http_exception, answer_refusal
from careplus_runtime.identity.authorization import Door
from careplus_runtime.identity.jwks import Verifier, fetch_from
from careplus_runtime.process import logs
from careplus_runtime.process.background import beside
from careplus_runtime.process.settings import load_settings


async def show_config(request: Request) -> Response:
    settings = request.app.state.settings
    booking = BookingRules.model_validate(settings, from_attributes=True)
    return _json(
        Config(hospital=settings.hospital, zone=settings.zone, phone=settings.shown_phone, demo=settings.demo, booking=booking)
    )


async def show_health(_: Request) -> Response:
    return _json(Health(status="ok"))


async def show_readiness(request: Request) -> Response:
    state = request.app.state
    answers = await asyncio.gather(*(_is_ready(state.http, state.settings.service_url(service)) for service in SERVICES))
    parts = dict(zip(SERVICES, answers, strict=True))
    if missing := [service for service, is_ready in parts.items() if not is_ready]:
        raise NotReady(f"Not ready: {', '.join(missing)}.", parts=parts)
    return _json(Readiness(ready=True, parts=parts))


async def _is_ready(http: httpx.AsyncClient, url: str) -> bool:
    try:
        return (await http.get(f"{url}/ready")).is_success
    except httpx.HTTPError:
        return False


def _json(result: BaseModel) -> Response:
    return Response(result.model_dump_json(), headers={"Cache-Control": "no-store"}, media_type="application/json")


OWN = {
    endpoint.name: request_response(handler)
    for endpoint, handler in (
        (platform.show_config, show_config),
        (platform.show_health, show_health),
        (platform.show_readiness, show_readiness),
    )
}


class Methods:
    """ASGI app: the endpoints of one path by method."""

    def __init__(self, apps: dict[str, ASGIApp]) -> None:
        self.apps = apps
        self.allow = {"Allow": ", ".join(sorted(apps))}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if (app := self.apps.get(scope["method"])) is None:
            raise HTTPException(405, headers=self.allow)
        await app(scope, receive, send)


def _routes() -> list[Route]:
    # a fixed path precedes one with a parameter in the same place
    ordered = sorted(ENDPOINTS, key=lambda endpoint: endpoint.path.replace("{", "\x7f"))
    return [
        Route(
            path, Methods({one.method: Door(OWN[one.name], one) if one.name in OWN else CheckedForward(one) for one in endpoints})
        )
        for path, endpoints in groupby(ordered, key=lambda endpoint: endpoint.path)
    ]


async def _show_document(request: Request) -> Response:
    headers = {"Cache-Control": "no-cache", "Vary": "Accept-Encoding"}
    content: bytes = request.app.state.document
    if accepts_gzip(request.scope):
        # compressed once: it is long, constant and public
        content, headers["Content-Encoding"] = request.app.state.compressed_document, "gzip"
    return Response(content, headers=headers, media_type="application/json")


class _Pages:
    """ASGI app: the pages, whose folder is known once the settings are loaded."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await scope["app"].state.pages(scope, receive, send)


@asynccontextmanager
async def _lifespan(app: Starlette) -> AsyncIterator[None]:
    state = app.state
    state.settings = settings = load_settings()
    logs.configure("gateway", settings.log_level)
    state.document = json.dumps(document()).encode()
    state.compressed_document = gzip.compress(state.document)
    state.pages = Pages(settings.web or BUILT)
    state.security_headers, state.cors_origins = headers_of(settings), frozenset(settings.allowed_cors_origins)
    state.proxies, state.transport = TrustedProxies(settings.proxies), connection_pool()
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(state.transport)
        # separate connection pools, so that many questions for readiness delay no probe
        state.http, probing = [
            await stack.enter_async_context(httpx.AsyncClient(transport=connection_pool(), trust_env=False, timeout=2))
            for _ in "12"
        ]
        state.verifier = Verifier(fetch_from(state.http, settings.auth_url))
        state.breakers = {service: CircuitBreaker(service, settings.service_url(service), probing) for service in SERVICES}
        watching = [breaker.watch() for breaker in state.breakers.values()]
        async with beside(*watching, state.proxies.keep_resolved(), state.verifier.ask_until_known()):
            yield


app = Starlette(
    routes=[*_routes(), Route("/openapi.json", _show_document), Route("/{path:path}", _Pages())],
    middleware=[
        Middleware(SecurityHeadersMiddleware),
        Middleware(Requests, log_all=True),
        Middleware(RequestLimitsMiddleware),
        Middleware(ProxyHeadersMiddleware),
        Middleware(RateLimitMiddleware),
        Middleware(GZipMiddleware),
    ],
    exception_handlers={Refusal: answer_refusal, HTTPException: answer_http_exception},
    lifespan=_lifespan,
)
app.router.redirect_slashes = False
