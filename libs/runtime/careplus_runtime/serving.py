"""From contracts to FastAPI: handlers are held to the stubs they serve, and a service starts only when it keeps every promise."""

import hashlib
import inspect
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from typing import Annotated, Any, TypeVar

import httpx
from fastapi import Depends, FastAPI, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import TypeAdapter
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.exceptions import HTTPException

from careplus_contracts.endpoints import Contract, Endpoint, resolved_parameters
from careplus_contracts.refusals import Refusal, Unavailable
from careplus_runtime import logs
from careplus_runtime.bodies import Finder, JsonBody
from careplus_runtime.doors import Door
from careplus_runtime.idempotency import once
from careplus_runtime.keys import Verifier, fetch_from
from careplus_runtime.problems import Requests, answer_http_exception, answer_refusal, malformed, problem
from careplus_runtime.settings import Settings, load_settings
from careplus_tables.engine import Database
from careplus_tables.migrate import check_head, wait_for_head

R = TypeVar("R")
Handler = Callable[..., Awaitable[Any]]


class Routes:
    """The handlers of one file, by the endpoint they serve."""

    def __init__(self) -> None:
        self.served: dict[str, tuple[Endpoint[..., Any], Handler]] = {}

    def serve(
        self, endpoint: Endpoint[..., R], *, finds: Finder | None = None
    ) -> Callable[[Callable[..., Awaitable[R]]], Callable[..., Awaitable[R]]]:
        """Keep a promise. `finds` is the store function for the record in the path, where a body comes with it."""

        def keep(handler: Callable[..., Awaitable[R]]) -> Callable[..., Awaitable[R]]:
            check_agreement(endpoint, handler)
            self.served[endpoint.name] = (endpoint, _facing_fastapi(endpoint, handler, finds))
            return handler

        return keep


def check_agreement(endpoint: Endpoint[..., Any], handler: Handler) -> None:
    """Raise TypeError unless the handler takes what the stub promises, then only what the house provides."""
    promised = list(resolved_parameters(endpoint.stub).values())
    taken = list(resolved_parameters(handler).values())
    for ours, theirs in zip(promised, taken, strict=False):
        if (ours.name, ours.annotation, ours.default) != (theirs.name, theirs.annotation, theirs.default):
            raise TypeError(f"{endpoint.name}: the contract says {ours}, the handler {theirs}")
    provided = taken[len(promised) :]
    if len(taken) < len(promised) or any(parameter.kind is not parameter.KEYWORD_ONLY for parameter in provided):
        raise TypeError(f"{endpoint.name}: the handler takes what the contract names, then `*`, then what the house provides")


def _facing_fastapi(endpoint: Endpoint[..., Any], handler: Handler, finds: Finder | None) -> Handler:
    """The handler as FastAPI sees it: strict body, query names that are Python keywords, and an answer in bytes."""
    adapter: TypeAdapter[Any] = TypeAdapter(endpoint.answer)
    taken = resolved_parameters(handler)

    async def answer(**given: Any) -> Response:
        request = given["request"] if "request" in taken else given.pop("request")

        async def act() -> Response:
            return _answer(endpoint, adapter, await handler(**given), request)

        response = await once(endpoint, request, given["db"], act) if endpoint.keyed else await act()
        if "response" in given:
            response.headers.raw.extend(given["response"].headers.raw)
        return response

    parameters = [_facing_parameter(endpoint, parameter, finds) for parameter in taken.values()]
    if "request" not in taken:
        parameters.append(inspect.Parameter("request", inspect.Parameter.KEYWORD_ONLY, annotation=Request))
    answer.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    answer.__name__ = endpoint.name
    return answer


def _facing_parameter(endpoint: Endpoint[..., Any], parameter: inspect.Parameter, finds: Finder | None) -> inspect.Parameter:
    parameter = parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY)
    if endpoint.body is not None and parameter.name == endpoint.body.name:
        checked: Any = Annotated[Any, Depends(JsonBody(endpoint, parameter, finds))]
        return parameter.replace(annotation=checked, default=inspect.Parameter.empty)
    if parameter.name.endswith("_"):
        return parameter.replace(annotation=Annotated[parameter.annotation, Query(alias=parameter.name.rstrip("_"))])
    return parameter


def _answer(endpoint: Endpoint[..., Any], adapter: TypeAdapter[Any], result: Any, request: Request) -> Response:
    headers = {"Cache-Control": "no-store"}
    if endpoint.status == 204:
        return Response(status_code=204, headers=headers)
    if endpoint.media_type != "application/json":
        return Response(result, endpoint.status, headers, media_type=endpoint.media_type)
    body = adapter.dump_json(result)
    if (version := getattr(result, "version", None)) is not None:
        headers["ETag"] = f'"{version}"'
    elif endpoint.polled:
        headers["ETag"] = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
        if headers["ETag"] in request.headers.get("if-none-match", ""):
            return Response(status_code=304, headers=headers)
    return Response(body, endpoint.status, headers, media_type="application/json")


Lifespan = Callable[[FastAPI], Any]


def application(
    service: str, contracts: Iterable[Contract], routes: Iterable[Routes], lifespan: Lifespan | None = None
) -> FastAPI:
    """A service. Raises TypeError where a promised endpoint is not served, or one is served that was not promised.

    `lifespan` is an async context manager around the service's life, entered when settings and database are there.
    """
    promised = {endpoint.name: endpoint for contract in contracts for endpoint in contract.endpoints}
    served = {name: pair for part in routes for name, pair in part.served.items()}
    if promised.keys() != served.keys():
        raise TypeError(f"{service}: promised and not served, or served and not promised: {promised.keys() ^ served.keys()}")

    @asynccontextmanager
    async def life(app: FastAPI) -> AsyncIterator[None]:
        async with _house(app, service), (lifespan or _nothing_more)(app):
            yield

    app = FastAPI(title=service, lifespan=life, openapi_url=None, redirect_slashes=False)
    for endpoint, handler in served.values():
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
    app.add_exception_handler(Refusal, answer_refusal)
    app.add_exception_handler(HTTPException, answer_http_exception)
    app.add_exception_handler(RequestValidationError, _answer_invalid)
    app.add_exception_handler(OperationalError, _answer_database_error)
    app.add_exception_handler(PoolTimeout, _answer_database_error)
    app.add_middleware(Requests, log_all=False)
    return app


@asynccontextmanager
async def _house(app: FastAPI, service: str) -> AsyncIterator[None]:
    settings: Settings = load_settings()
    logs.configure(service, settings.log_level)
    app.state.settings = settings
    app.state.database = Database(settings.database)
    async with httpx.AsyncClient(trust_env=False, timeout=5) as http:
        app.state.http = http
        app.state.verifier = Verifier(fetch_from(http, settings.auth_url))
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


async def _answer_invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    return problem(malformed(list(error.errors())), request.scope["request_id"])


async def _answer_database_error(request: Request, error: Exception) -> Response:
    reason = str(getattr(error, "orig", None) or type(error).__name__)
    logs.log.error("database_refused", request_id=request.scope["request_id"], reason=reason)
    return problem(Unavailable("The database cannot do this now. Nothing was changed; try again."), request.scope["request_id"])
