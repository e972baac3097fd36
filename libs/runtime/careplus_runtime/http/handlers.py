"""A handler as FastAPI sees it: a function of the request. The house fills the parameters and turns the result into an answer.

The house fills them itself instead of leaving them to FastAPI's dependency solver, which takes a third of a small request's time
for the same values.
"""

import hashlib
import inspect
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from typing import Any, get_args

from fastapi import Request, Response
from fastapi.params import Depends
from pydantic import TypeAdapter

from careplus_contracts.endpoints import Endpoint, resolved_parameters
from careplus_runtime.audit.recorder import Auditor
from careplus_runtime.http.bodies import Finder, JsonBody
from careplus_runtime.http.dependencies import PLAIN, PROVIDERS, session
from careplus_runtime.http.idempotency import StoreAnswer, replay_or_run
from careplus_runtime.http.parameters import Parameters

Handler = Callable[..., Awaitable[Any]]
Provider = Callable[[Request], Awaitable[Any]]
_transaction = asynccontextmanager(session)


def facing_fastapi(endpoint: Endpoint[..., Any], handler: Handler, finds: Finder | None) -> Handler:
    """The handler as a function of the request alone. Raises TypeError where it takes what nobody fills."""
    adapter: TypeAdapter[Any] = TypeAdapter(endpoint.answer)
    parameters = Parameters(endpoint)
    provided: dict[str, Any] = {
        name: _provider(endpoint, p, finds) for name, p in resolved_parameters(handler).items() if name not in endpoint.parameters
    }
    db_name = next((name for name, provider in provided.items() if provider is session), None)
    others = {name: provider for name, provider in provided.items() if name != db_name}
    auditor = Auditor(endpoint)

    async def answer(request: Request) -> Response:
        given = request.scope["given"] = parameters.read(request)
        for name, provider in others.items():
            given[name] = await provider(request)
        if db_name is None or endpoint.method == "GET":
            return await looked(given, request, db_name)
        if endpoint.keyed:
            return await replay_or_run(endpoint, request, partial(transacted, given, request, db_name))
        return await transacted(given, request, db_name)

    async def looked(given: dict[str, Any], request: Request, db_name: str | None) -> Response:
        async with AsyncExitStack() as held:
            if db_name is not None:
                given[db_name] = await held.enter_async_context(_transaction(request))
            result, response = await act(given, request)
        # no connection is held while it is noted: those who wait for one would wait for the disk
        await auditor.record_answer(request, given, result, response)
        return response

    async def transacted(given: dict[str, Any], request: Request, db_name: str, keep: StoreAnswer | None = None) -> Response:
        # committed before the answer leaves
        async with _transaction(request) as given[db_name]:
            result, response = await act(given, request)
            await auditor.record_answer(request, given, result, response)
            if keep is not None:
                await keep(given[db_name], response)
            return response

    async def act(given: dict[str, Any], request: Request) -> tuple[Any, Response]:
        result = await handler(**given)
        response = _answer(endpoint, adapter, result, request)
        if "response" in given:
            response.headers.raw.extend(given["response"].headers.raw)
        return result, response

    answer.__name__ = endpoint.name
    answer.auditor = auditor  # type: ignore[attr-defined] # for what is refused
    return answer


def _provider(endpoint: Endpoint[..., Any], parameter: inspect.Parameter, finds: Finder | None) -> Any:
    """What fills this parameter. The body is the contract's, so it comes before what the house provides."""
    if endpoint.body is not None and parameter.name == endpoint.body.name:
        return JsonBody(endpoint, parameter, finds)
    if parameter.annotation in PLAIN:
        return PLAIN[parameter.annotation]
    for mark in get_args(parameter.annotation):
        if isinstance(mark, Depends) and mark.dependency in PROVIDERS:
            return mark.dependency
    raise TypeError(f"{endpoint.name}: the house does not know what to give for {parameter.name}")


def _answer(endpoint: Endpoint[..., Any], adapter: TypeAdapter[Any], result: Any, request: Request) -> Response:
    headers = {"Cache-Control": "no-store"}
    if endpoint.status == 204:
        return Response(status_code=204, headers=headers)
    if endpoint.media_type != "application/json":
        return Response(result, endpoint.status, headers, media_type=endpoint.media_type)
    # of what is no model, all that is in it would be written
    body = adapter.dump_json(result, warnings="error")
    if (version := getattr(result, "version", None)) is not None:
        headers["ETag"] = f'"{version}"'
    elif endpoint.polled:
        headers["ETag"] = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
        if headers["ETag"] in request.headers.get("if-none-match", ""):
            return Response(status_code=304, headers=headers)
    return Response(body, endpoint.status, headers, media_type="application/json")
