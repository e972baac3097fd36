"""The gateway: the one door to the hospital. Every path of the contracts is a route here; nothing else is."""

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
from starlette.routing import BaseRoute, Route, request_response
from starlette.types import ASGIApp, Receive, Scope, Send

from careplus_contracts import platform
from careplus_contracts.platform import BookingRules, Config, Health, NotReady, Readiness
from careplus_contracts.refusals import Refusal
from careplus_contracts.registry import ENDPOINTS, SERVICES
from careplus_gateway.breaker import Breaker
from careplus_gateway.compressing import Compressing, takes_gzip
from careplus_gateway.forward import Forward, pool
from careplus_gateway.guards import Guards, Rules
from careplus_gateway.limits import Limits
from careplus_gateway.pages import BUILT, Pages
from careplus_gateway.peers import Peers, Proxies
from careplus_gateway.rates import Counter, Rates
from careplus_gateway.refusing import NotedDoor
from careplus_runtime.http.openapi import document
from careplus_runtime.http.problems import answer_http_exception, answer_refusal
from careplus_runtime.http.request_id import RequestIdMiddleware
from careplus_runtime.identity.authorization import RequireRole
from careplus_runtime.identity.jwks import TokenVerifier, jwks_fetcher
from careplus_runtime.process import logs
from careplus_runtime.process.background import running_tasks
from careplus_runtime.process.settings import load_settings


async def show_config(request: Request) -> Response:
    settings = request.app.state.settings
    return _answer(
        Config(
            hospital=settings.hospital,
            zone=settings.zone,
            phone=settings.shown_phone,
            demo=settings.demo,
            booking=BookingRules(
                notice_minutes=settings.notice_minutes,
                horizon_days=settings.horizon_days,
                change_notice_minutes=settings.change_notice_minutes,
            ),
        )
    )


async def show_health(_: Request) -> Response:
    return _answer(Health(status="ok"))


async def show_readiness(request: Request) -> Response:
    state = request.app.state
    answers = await asyncio.gather(*(_is_ready(state.http, state.settings.service_url(service)) for service in SERVICES))
    parts = dict(zip(SERVICES, answers, strict=True))
    if missing := [service for service, is_ready in parts.items() if not is_ready]:
        raise NotReady(f"Not ready: {', '.join(missing)}.", parts=parts)
    return _answer(Readiness(ready=True, parts=parts))


async def _is_ready(http: httpx.AsyncClient, url: str) -> bool:
    try:
        return (await http.get(f"{url}/ready")).is_success
    except httpx.HTTPError:
        return False


def _answer(result: BaseModel) -> Response:
    return Response(result.model_dump_json(), headers={"Cache-Control": "no-store"}, media_type="application/json")


OWN = {
    platform.show_config.name: show_config,
    platform.show_health.name: show_health,
    platform.show_readiness.name: show_readiness,
}


class Methods:
    """ASGI app: the endpoints of one path."""

    def __init__(self, apps: dict[str, ASGIApp]) -> None:
        self.apps = apps
        self.allow = {"Allow": ", ".join(sorted(apps))}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if (app := self.apps.get(scope["method"])) is None:
            raise HTTPException(405, headers=self.allow)
        await app(scope, receive, send)


def _routes() -> list[BaseRoute]:
    # a fixed path before one with a parameter in its place
    ordered = sorted(ENDPOINTS, key=lambda endpoint: endpoint.path.replace("{", "\x7f"))
    return [
        Route(
            path,
            Methods(
                {
                    endpoint.method: RequireRole(request_response(OWN[endpoint.name]), endpoint)
                    if endpoint.service == "gateway"
                    else NotedDoor(Forward(endpoint))
                    for endpoint in endpoints
                }
            ),
        )
        for path, endpoints in groupby(ordered, key=lambda endpoint: endpoint.path)
    ]


async def _show_document(request: Request) -> Response:
    headers = {"Cache-Control": "no-cache", "Vary": "Accept-Encoding"}
    document: bytes = request.app.state.document
    if takes_gzip(request.scope):
        # long, always the same, and anybody may ask for it
        document, headers["Content-Encoding"] = request.app.state.packed_document, "gzip"
    return Response(document, headers=headers, media_type="application/json")


class _Pages:
    """ASGI app: the pages, whose folder is known when the settings are."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await scope["app"].state.pages(scope, receive, send)


@asynccontextmanager
async def _life(app: Starlette) -> AsyncIterator[None]:
    settings = load_settings()
    logs.configure("gateway", settings.log_level)
    described = document()
    app.state.document = json.dumps(described).encode()
    app.state.packed_document = gzip.compress(app.state.document)
    app.state.pages = Pages(settings.web or BUILT, described)
    app.state.settings = settings
    app.state.rules, app.state.proxies, app.state.counter = Rules(settings), Proxies(settings.proxies), Counter(settings)
    app.state.transport = pool()
    async with AsyncExitStack() as held:
        await held.enter_async_context(app.state.transport)
        # pools of their own, so that no crowd stands before a question about health, whoever asks it
        http, asking = [
            await held.enter_async_context(httpx.AsyncClient(transport=pool(), trust_env=False, timeout=2)) for _ in range(2)
        ]
        app.state.http = http
        app.state.verifier = TokenVerifier(jwks_fetcher(http, settings.auth_url))
        app.state.breakers = {service: Breaker(service, settings.service_url(service), asking) for service in SERVICES}
        watches = [breaker.watch() for breaker in app.state.breakers.values()]
        async with running_tasks(*watches, app.state.proxies.keep_looking(), app.state.verifier.fetch_until_known()):
            yield


app = Starlette(
    routes=[*_routes(), Route("/openapi.json", _show_document), Route("/{path:path}", _Pages())],
    middleware=[
        Middleware(Guards),
        Middleware(RequestIdMiddleware, log_all=True),
        Middleware(Limits),
        Middleware(Peers),
        Middleware(Rates),
        Middleware(Compressing),
    ],
    exception_handlers={Refusal: answer_refusal, HTTPException: answer_http_exception},
    lifespan=_life,
)
app.router.redirect_slashes = False
