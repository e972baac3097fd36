"""From contracts to FastAPI: handlers are held to the stubs they serve, and a service starts only when it keeps every promise."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from typing import Any, TypeVar

import httpx
from fastapi import FastAPI, Request, Response
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.exceptions import HTTPException

from careplus_contracts.endpoints import Contract, Endpoint, resolved_parameters
from careplus_contracts.refusals import Refusal, Unavailable
from careplus_runtime.audit.group_commit import Committer
from careplus_runtime.audit.recorder import answer_refusal_noted
from careplus_runtime.http.bodies import Finder
from careplus_runtime.http.dependencies import Db, Expected
from careplus_runtime.http.handlers import Handler, facing_fastapi
from careplus_runtime.http.problems import Requests, answer_http_exception, problem
from careplus_runtime.identity.authorization import Door
from careplus_runtime.identity.jwks import fetch_from
from careplus_runtime.identity.sessions import SessionVerifier
from careplus_runtime.process import logs
from careplus_runtime.process.background import running_tasks
from careplus_runtime.process.settings import Settings, load_settings
from careplus_tables.engine import Database
from careplus_tables.migrate import check_head, wait_for_head

R = TypeVar("R")


class Routes:
    """The handlers of one file, by the endpoint they serve."""

    def __init__(self) -> None:
        self.served: list[tuple[Endpoint[..., Any], Handler]] = []

    def serve(
        self, endpoint: Endpoint[..., R], *, finds: Finder | None = None
    ) -> Callable[[Callable[..., Awaitable[R]]], Callable[..., Awaitable[R]]]:
        """Keep a promise. `finds` is the store function for the record in the path, where a body comes with it."""

        def keep(handler: Callable[..., Awaitable[R]]) -> Callable[..., Awaitable[R]]:
            check_agreement(endpoint, handler)
            self.served.append((endpoint, facing_fastapi(endpoint, handler, finds)))
            return handler

        return keep


def check_agreement(endpoint: Endpoint[..., Any], handler: Handler) -> None:
    """Raise TypeError unless the handler takes what the stub promises, then only what the house provides, and all it needs."""
    promised = list(resolved_parameters(endpoint.stub).values())
    taken = list(resolved_parameters(handler).values())
    for ours, theirs in zip(promised, taken, strict=False):
        if (ours.name, ours.annotation, ours.default) != (theirs.name, theirs.annotation, theirs.default):
            raise TypeError(f"{endpoint.name}: the contract says {ours}, the handler {theirs}")
    provided = taken[len(promised) :]
    if len(taken) < len(promised) or any(parameter.kind is not parameter.KEYWORD_ONLY for parameter in provided):
        raise TypeError(f"{endpoint.name}: the handler takes what the contract names, then `*`, then what the house provides")
    for header, is_promised, needed in (("Idempotency-Key", endpoint.keyed, Db), ("If-Match", endpoint.versioned, Expected)):
        if is_promised and all(parameter.annotation != needed for parameter in provided):
            raise TypeError(f"{endpoint.name}: the contract promises {header}, the handler does not take what it needs for it")
    if endpoint.keyed and any(parameter.annotation is Response for parameter in provided):
        raise TypeError(f"{endpoint.name}: headers that the handler adds would be missing when its answer is given again")


Lifespan = Callable[[FastAPI], Any]


def application(
    service: str, contracts: Iterable[Contract], routes: Iterable[Routes], lifespan: Lifespan | None = None
) -> FastAPI:
    """A service. Raises TypeError where a promised endpoint is not served, or one is served that was not promised.

    `lifespan` is an async context manager around the service's life, entered when settings and database are there.
    """
    served = _kept(service, contracts, routes)

    @asynccontextmanager
    async def life(app: FastAPI) -> AsyncIterator[None]:
        async with _house(app, service), (lifespan or _nothing_more)(app), running_tasks(app.state.verifier.ask_until_known()):
            yield

    app = FastAPI(title=service, lifespan=life, openapi_url=None, redirect_slashes=False)
    for endpoint, handler in served:
        app.add_api_route(
            endpoint.path,
            handler,
            methods=[endpoint.method],
            response_model=None,
            status_code=endpoint.status,
            description=endpoint.doc,
            operation_id=endpoint.name,
        )
        route: Any = app.router.routes[-1]
        route.app = Door(route.app, endpoint)
    app.add_route("/health", _health)
    app.add_route("/ready", _ready)
    app.add_exception_handler(Refusal, answer_refusal_noted)
    app.add_exception_handler(HTTPException, answer_http_exception)
    app.add_exception_handler(OperationalError, _answer_database_error)
    app.add_exception_handler(PoolTimeout, _answer_database_error)
    app.add_middleware(Requests, log_all=False)
    return app


def _kept(service: str, contracts: Iterable[Contract], routes: Iterable[Routes]) -> list[tuple[Endpoint[..., Any], Handler]]:
    """Every endpoint with its handler, each exactly once."""
    promised = {endpoint.name for contract in contracts for endpoint in contract.endpoints}
    served = [pair for part in routes for pair in part.served]
    names = [endpoint.name for endpoint, _ in served]
    if promised != set(names):
        raise TypeError(f"{service}: promised and not served, or served and not promised: {promised ^ set(names)}")
    if len(names) != len(promised):
        raise TypeError(f"{service}: served twice: {sorted(name for name in promised if names.count(name) > 1)}")
    return served


@asynccontextmanager
async def _house(app: FastAPI, service: str) -> AsyncIterator[None]:
    settings: Settings = load_settings()
    logs.configure(service, settings.log_level)
    app.state.settings = settings
    app.state.database = Database(settings.database)
    app.state.committer = Committer(app.state.database)
    async with httpx.AsyncClient(trust_env=False, timeout=5) as http:
        app.state.http = http
        app.state.verifier = SessionVerifier(fetch_from(http, settings.auth_url), app.state.database)
        try:
            await wait_for_head(app.state.database)
            yield
        finally:
            await app.state.database.close()


@asynccontextmanager
async def _nothing_more(_: FastAPI) -> AsyncIterator[None]:
    yield


async def _health(_: Request) -> Response:
    return Response(b'{"status":"ok"}', media_type="application/json")


async def _ready(request: Request) -> Response:
    try:
        await check_head(request.app.state.database)
    except Exception as error:
        return problem(Unavailable(f"The database is not ready: {error}"), request.scope["request_id"])
    return Response(b'{"ready":true,"parts":{"database":true}}', media_type="application/json")


async def _answer_database_error(request: Request, error: Exception) -> Response:
    reason = str(getattr(error, "orig", None) or type(error).__name__)
    logs.log.error("database_refused", request_id=request.scope["request_id"], reason=reason)
    return problem(Unavailable("The database cannot do this now. Nothing was changed; try again."), request.scope["request_id"])
