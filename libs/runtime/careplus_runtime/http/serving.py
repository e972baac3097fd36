"""From contracts to FastAPI: handlers must match their stubs, and a service starts only when every endpoint has a handler."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager, nullcontext
from typing import Any, TypeVar

import httpx
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.telemetry import TelemetryConfig
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.exceptions import HTTPException

from careplus_contracts.endpoints import Contract, Endpoint, resolved_parameters
from careplus_contracts.refusals import Refusal, Unavailable
from careplus_runtime.audit.group_commit import EventWriter
from careplus_runtime.audit.recorder import answer_and_audit_refusal
from careplus_runtime.http.bodies import RecordLoader
from careplus_runtime.http.dependencies import IfMatch, PresentedToken, ReadDb, WriteDb
from careplus_runtime.http.handlers import BoundHandler, Handler
from careplus_runtime.http.health import show_health, show_readiness
from careplus_runtime.http.problems import answer_http_exception, problem
from careplus_runtime.http.request_id import RequestIdMiddleware
from careplus_runtime.identity.authorization import RequireRole
from careplus_runtime.identity.jwks import jwks_fetcher
from careplus_runtime.identity.sessions import SessionVerifier
from careplus_runtime.monitoring.running import running_metrics
from careplus_runtime.monitoring.service_state import watch_service
from careplus_runtime.monitoring.tracing import TracingMiddleware, add_trace_headers, is_traced
from careplus_runtime.process import logs
from careplus_runtime.process.background import running_tasks
from careplus_runtime.process.disk_space import DiskSpace
from careplus_runtime.process.one_process import shared_of
from careplus_runtime.process.settings import Settings, load_settings
from careplus_runtime.transport.request_limits import RequestLimitsMiddleware
from careplus_runtime.transport.services import ServiceTransport
from careplus_runtime.transport.tls import calling_context
from careplus_tables.database_errors import is_temporary
from careplus_tables.engine import Database
from careplus_tables.migrate import wait_for_schema
from careplus_tables.postgresql import PostgresOptions

ADDED_HEADERS, ADDED_BYTES = 8, 1024
"""Above what the gateway adds to the headers of its client, so that its own limits decide."""

FRAMEWORK_TELEMETRY: TelemetryConfig = {"tracing": False, "metrics": False, "logs": False, "auto_configure": False}
"""FastAPI's own telemetry would send paths, queries and messages of exceptions; `monitoring` sends none of them."""

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
    if endpoint.takes_own_token != (PresentedToken in kinds):
        raise TypeError(f"{endpoint.name}: a handler takes PresentedToken where the contract declares a token of its own kind")
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

    app = FastAPI(title=service, lifespan=life, openapi_url=None, redirect_slashes=False, telemetry=FRAMEWORK_TELEMETRY)
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
    app.add_route("/health", show_health)
    app.add_route("/ready", show_readiness)
    app.add_exception_handler(Refusal, answer_and_audit_refusal)
    app.add_exception_handler(HTTPException, answer_http_exception)
    app.add_exception_handler(RequestValidationError, answer_http_exception)
    answer_database_errors(app)
    app.add_middleware(RequestLimitsMiddleware, added_headers=ADDED_HEADERS, added_bytes=ADDED_BYTES)
    app.add_middleware(RequestIdMiddleware, log_all=False)
    if is_traced():
        app.add_middleware(TracingMiddleware, process=service, trusts_caller=True)
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
    shared = shared_of(app)
    app.state.database = service_database(settings) if shared is None else shared.database
    app.state.disk = DiskSpace.of(settings)
    app.state.event_writer = EventWriter(app.state.database)
    hooks = {"request": [add_trace_headers]} if is_traced() else {}
    transport = ServiceTransport(settings, calling_context(settings, service), shared.apps if shared else None)
    client = httpx.AsyncClient(transport=transport, trust_env=False, timeout=5, event_hooks=hooks)
    async with client as app.state.http, running_metrics(app, service):
        if shared is None:
            watch_service(app.state)
        app.state.verifier = SessionVerifier(jwks_fetcher(app.state.http, settings.service_url("auth")), app.state.database)
        try:
            await wait_for_schema(app.state.database)
            yield
        finally:
            await app.state.event_writer.flush()
            if shared is None:
                await app.state.database.close()


def service_database(settings: Settings) -> Database:
    """Return the database of a process that serves requests."""
    options = PostgresOptions(settings.db_connections, has_pooler=settings.db_pooler == "transaction", has_timeouts=True)
    return Database(settings.database, options)


def answer_database_errors(app: FastAPI) -> None:
    """Answer 503 to errors of the database after which the same request may succeed."""
    app.add_exception_handler(DBAPIError, _answer_database_error)
    app.add_exception_handler(PoolTimeout, _answer_database_error)


async def _answer_database_error(request: Request, error: Exception) -> Response:
    """Answer 503 to an error that ends by itself. Raise another one, which is 500."""
    if isinstance(error, DBAPIError) and not is_temporary(error):
        raise error
    reason = str(getattr(error, "orig", None) or type(error).__name__)
    logs.log.error("database_refused", request_id=request.scope["request_id"], reason=reason)
    return problem(Unavailable("The database cannot do this now. Nothing was changed; try again."), request.scope["request_id"])
