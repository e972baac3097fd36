"""From contracts to FastAPI: handlers must match their stubs, and a service starts only when every endpoint has a handler."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager, nullcontext
from typing import Any, TypeVar

import httpx
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.exceptions import HTTPException

from careplus_contracts.endpoints import Contract, Endpoint, resolved_parameters
from careplus_contracts.refusals import Refusal, Unavailable
from careplus_runtime.audit.group_commit import EventWriter
from careplus_runtime.audit.recorder import answer_and_audit_refusal
from careplus_runtime.http.bodies import RecordLoader
from careplus_runtime.http.dependencies import IfMatch, ReadDb, WriteDb
from careplus_runtime.http.handlers import BoundHandler, Handler
from careplus_runtime.http.problems import answer_http_exception, problem
from careplus_runtime.http.request_id import RequestIdMiddleware
from careplus_runtime.identity.authorization import RequireRole
from careplus_runtime.identity.jwks import jwks_fetcher
from careplus_runtime.identity.sessions import SessionVerifier
from careplus_runtime.process import logs
from careplus_runtime.process.background import running_tasks
from careplus_runtime.process.settings import Settings, load_settings
from careplus_tables.engine import Database
from careplus_tables.migrate import check_head, wait_for_head

R = TypeVar("R")
Served = list[tuple[Endpoint[..., Any], Handler]]


class Routes:
    """The handlers of one file, by the endpoint they serve."""

    def __init__(self) -> None:
        self.served: Served = []

    def serve(
        self, endpoint: Endpoint[..., R], *, path_record: RecordLoader | None = None
    ) -> Callable[[Callable[..., Awaitable[R]]], Callable[..., Awaitable[R]]]:
        """Serve an endpoint with the decorated handler. Raise TypeError unless they agree.

        `path_record` is the store function for the record in the path; pass it for an endpoint with a path parameter and a body.
        """

        def register(handler: Callable[..., Awaitable[R]]) -> Callable[..., Awaitable[R]]:
            check_agreement(endpoint, handler)
            self.served.append((endpoint, BoundHandler(endpoint, handler, path_record)))
            return handler

        return register


def check_agreement(endpoint: Endpoint[..., Any], handler: Handler) -> None:
    """Raise TypeError unless the handler takes the parameters of the stub, then after `*` the dependencies that it needs."""
    declared = list(resolved_parameters(endpoint.stub).values())
    taken = list(resolved_parameters(handler).values())
    for theirs, ours in zip(declared, taken, strict=False):
        if (theirs.name, theirs.annotation, theirs.default) != (ours.name, ours.annotation, ours.default):
            raise TypeError(f"{endpoint.name}: the contract declares {theirs}, the handler {ours}")
    dependencies = taken[len(declared) :]
    if len(taken) < len(declared) or any(parameter.kind is not parameter.KEYWORD_ONLY for parameter in dependencies):
        raise TypeError(f"{endpoint.name}: a handler takes the parameters of the contract, then `*`, then dependencies")
    kinds = [parameter.annotation for parameter in dependencies]
    sessions = [kind for kind in kinds if kind in (ReadDb, WriteDb)]
    if len(sessions) > 1 or (endpoint.method == "GET" and WriteDb in sessions):
        raise TypeError(f"{endpoint.name}: a handler takes one session; a GET takes ReadDb, because it may not write")
    if endpoint.idempotent and WriteDb not in sessions:
        raise TypeError(f"{endpoint.name}: the contract declares Idempotency-Key, for which the handler needs WriteDb")
    if endpoint.versioned and IfMatch not in kinds:
        raise TypeError(f"{endpoint.name}: the contract declares If-Match, for which the handler needs IfMatch")
    if endpoint.idempotent and Response in kinds:
        raise TypeError(f"{endpoint.name}: headers that the handler adds would be missing when its stored answer is sent again")


Lifespan = Callable[[FastAPI], Any]


def application(
    service: str, contracts: Iterable[Contract], routes: Iterable[Routes], lifespan: Lifespan | None = None
) -> FastAPI:
    """Return a service. Raise TypeError unless each endpoint of its contracts has exactly one handler.

    `lifespan` is an async context manager, entered when settings and database are open.
    """
    served = match_contract(service, contracts, routes)

    @asynccontextmanager
    async def life(app: FastAPI) -> AsyncIterator[None]:
        own = lifespan(app) if lifespan else nullcontext()
        async with service_lifespan(app, service), own, running_tasks(app.state.verifier.fetch_until_known()):
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
        route.app = RequireRole(route.app, endpoint)
    app.add_route("/health", _health)
    app.add_route("/ready", _ready)
    app.add_exception_handler(Refusal, answer_and_audit_refusal)
    app.add_exception_handler(HTTPException, answer_http_exception)
    app.add_exception_handler(RequestValidationError, answer_http_exception)
    app.add_exception_handler(OperationalError, _answer_database_error)
    app.add_exception_handler(PoolTimeout, _answer_database_error)
    app.add_middleware(RequestIdMiddleware, log_all=False)
    return app


def match_contract(service: str, contracts: Iterable[Contract], routes: Iterable[Routes]) -> Served:
    """Return every endpoint with its handler. Raise TypeError for one not served, not declared or served twice."""
    declared = {endpoint.name for contract in contracts for endpoint in contract.endpoints}
    served = [pair for part in routes for pair in part.served]
    names = [endpoint.name for endpoint, _ in served]
    if declared != set(names):
        raise TypeError(f"{service}: declared and not served, or served and not declared: {declared ^ set(names)}")
    if len(names) != len(declared):
        raise TypeError(f"{service}: served twice: {sorted(name for name in declared if names.count(name) > 1)}")
    return served


@asynccontextmanager
async def service_lifespan(app: FastAPI, service: str) -> AsyncIterator[None]:
    """Hold settings, database, HTTP client and token verifier of a service open in `app.state`."""
    settings: Settings = load_settings()
    logs.configure(service, settings.log_level)
    app.state.settings = settings
    app.state.database = Database(settings.database)
    app.state.event_writer = EventWriter(app.state.database)
    async with httpx.AsyncClient(trust_env=False, timeout=5) as http:
        app.state.http = http
        app.state.verifier = SessionVerifier(jwks_fetcher(http, settings.auth_url), app.state.database)
        try:
            await wait_for_head(app.state.database)
            yield
        finally:
            await app.state.database.close()


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
