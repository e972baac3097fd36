"""The gateway, the only public HTTP server: its routes are the paths of the contracts, the OpenAPI document and the pages."""

import asyncio
import gzip
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
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

from careplus_contracts.platform import BookingRules, Config, Health, NotReady, Readiness
from careplus_contracts.refusals import Refusal
from careplus_contracts.registry import ENDPOINTS, SERVICES
from careplus_gateway.breaker_state import read_breakers
from careplus_gateway.forward import Forward
from careplus_gateway.gzip import GZipMiddleware, accepts_gzip
from careplus_gateway.in_process import InProcess
from careplus_gateway.pages import BUILT, Pages
from careplus_gateway.proxy_headers import ProxyHeadersMiddleware, TrustedProxies
from careplus_gateway.rate_limit import RateLimitMiddleware
from careplus_gateway.replicas import Replicas
from careplus_gateway.security_headers import SecurityHeadersMiddleware, headers_for
from careplus_runtime.http.openapi import document
from careplus_runtime.http.parameters import check_names
from careplus_runtime.http.problems import answer_http_exception, answer_refusal
from careplus_runtime.http.request_id import RequestIdMiddleware
from careplus_runtime.identity.authorization import RequireRole
from careplus_runtime.identity.jwks import TokenVerifier, jwks_fetcher
from careplus_runtime.monitoring.running import running_metrics
from careplus_runtime.monitoring.tracing import gateway_tracing
from careplus_runtime.process import logs
from careplus_runtime.process.background import running_tasks
from careplus_runtime.process.one_process import shared_of
from careplus_runtime.process.settings import DEMO_ADDRESS, load_settings
from careplus_runtime.transport.request_limits import RequestLimitsMiddleware
from careplus_runtime.transport.services import ServiceTransport
from careplus_runtime.transport.tls import calling_context


async def show_config(request: Request) -> Response:
    check_names(request, ())
    config = request.app.state.settings
    booking = BookingRules.model_validate(config, from_attributes=True)
    address = config.hospital_address or (DEMO_ADDRESS if config.demo else None)
    shown = {name: getattr(config, name) for name in Config.model_fields if hasattr(config, name)}
    return _json(Config(**shown | {"phone": config.shown_phone, "address": address, "booking": booking}))


async def show_health(_: Request) -> Response:
    return _json(Health(status="ok"))


async def show_readiness(request: Request) -> Response:
    replicas: dict[str, Replicas | InProcess] = request.app.state.replicas
    answers = await asyncio.gather(*(replicas[service].are_ready() for service in SERVICES))
    parts = dict(zip(SERVICES, answers, strict=True))
    if missing := [service for service, is_ready in parts.items() if not is_ready]:
        raise NotReady(f"Not ready: {', '.join(missing)}.", parts=parts)
    return _json(Readiness(ready=True, parts=parts))


def _json(result: BaseModel) -> Response:
    return Response(result.model_dump_json(), headers={"Cache-Control": "no-store"}, media_type="application/json")


async def _show_document(request: Request) -> Response:
    state = request.app.state
    if state.document is None:
        # at the first request and in a thread: building it takes as long as the rest of the start
        state.document = asyncio.create_task(asyncio.to_thread(_build_document))
    # a request that is cancelled does not end the task, for which others wait
    plain, compressed = await asyncio.shield(state.document)
    encoding, content = ({"Content-Encoding": "gzip"}, compressed) if accepts_gzip(request.scope) else ({}, plain)
    return Response(content, 200, {"Cache-Control": "no-cache", "Vary": "Accept-Encoding", **encoding}, "application/json")


def _build_document() -> tuple[bytes, bytes]:
    """Return the OpenAPI document, and the same compressed, once: it is long, constant and public."""
    plain = json.dumps(document()).encode()
    return plain, gzip.compress(plain)


class Methods:
    """ASGI app: the endpoints of one path by method."""

    def __init__(self, apps: dict[str, ASGIApp]) -> None:
        self.apps, self.allow = apps, {"Allow": ", ".join(sorted(apps))}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if (app := self.apps.get(scope["method"])) is None:
            raise HTTPException(405, headers=self.allow)
        await app(scope, receive, send)


def _routes() -> list[Route]:
    own = {handler.__name__: request_response(handler) for handler in (show_config, show_health, show_readiness)}
    # a fixed path precedes one with a parameter in the same place
    ordered = sorted(ENDPOINTS, key=lambda endpoint: endpoint.path.replace("{", "\x7f"))
    apps = {one.name: RequireRole(own[one.name], one) if one.name in own else Forward(one) for one in ordered}
    return [
        Route(path, Methods({one.method: apps[one.name] for one in endpoints}))
        for path, endpoints in groupby(ordered, key=lambda endpoint: endpoint.path)
    ]


@asynccontextmanager
async def _lifespan(app: Starlette) -> AsyncIterator[None]:
    state = app.state
    state.settings = settings = load_settings()
    logs.configure("gateway", settings.log_level)
    if settings.forwarded_key is None:
        logs.log.warning("forwarded_key_missing", remedy="set CAREPLUS_FORWARDED_KEY here and in each service")
    state.document = None
    app.router.default = Pages(settings.web or BUILT)  # for every path that has no route
    state.security_headers, state.proxies = headers_for(settings), TrustedProxies(settings.proxies)
    tls, shared = calling_context(settings, "gateway"), shared_of(app)
    async with (
        AsyncExitStack() as open_replicas,
        httpx.AsyncClient(
            transport=ServiceTransport(settings, tls, shared.apps if shared else None), trust_env=False, timeout=2
        ) as http,
        running_metrics(app, "gateway"),
    ):
        state.replicas = {
            service: InProcess(service, shared.apps[service])
            if shared
            else Replicas(service, settings.service_urls(service), tls)
            for service in SERVICES
        }
        for replicas in state.replicas.values():
            open_replicas.push_async_callback(replicas.close)
        state.readers.append(partial(read_breakers, state.replicas.values()))
        state.verifier = TokenVerifier(jwks_fetcher(http, settings.service_url("auth")))
        resolving = [replicas.keep_resolved() for replicas in state.replicas.values()]
        async with running_tasks(*resolving, state.proxies.keep_resolved(), state.verifier.fetch_until_known()):
            yield


app = Starlette(
    routes=[*_routes(), Route("/openapi.json", _show_document)],
    middleware=[
        *gateway_tracing(),
        Middleware(SecurityHeadersMiddleware),
        Middleware(RequestIdMiddleware, log_all=True),
        *(Middleware(own) for own in (RequestLimitsMiddleware, ProxyHeadersMiddleware, RateLimitMiddleware, GZipMiddleware)),
    ],
    exception_handlers={Refusal: answer_refusal, HTTPException: answer_http_exception},
    lifespan=_lifespan,
)
app.router.redirect_slashes = False
