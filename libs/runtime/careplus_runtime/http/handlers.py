"""Binds a handler to its contract: fills the handler's parameters and turns its result into a response.

FastAPI's dependency solver would take a third of the processor time of a small request for the same values (docs/decisions/0006),
so it solves only dependencies that a handler declares itself with `Depends`.
"""

import hashlib
import inspect
from collections.abc import Awaitable, Callable
from contextlib import asynccontextmanager, nullcontext
from functools import partial
from typing import Any

from fastapi import Request, Response
from pydantic import TypeAdapter
from sqlalchemy.ext.asyncio import AsyncSession

from careplus_contracts.endpoints import Endpoint, resolved_parameters
from careplus_runtime.audit.recorder import Auditor
from careplus_runtime.http.bodies import JsonBody, RecordLoader
from careplus_runtime.http.dependencies import PROVIDERS, SESSIONS, dependency_of
from careplus_runtime.http.idempotency import StoreAnswer, replay_or_run
from careplus_runtime.http.parameters import Parameters
from careplus_runtime.http.validators import NotModified

Handler = Callable[..., Awaitable[Any]]
Arguments = dict[str, Any]


class BoundHandler:
    """A handler as FastAPI sees it: a function of the request and of the handler's own dependencies."""

    def __init__(self, endpoint: Endpoint[..., Any], handler: Handler, path_record: RecordLoader | None) -> None:
        """Raise TypeError for a parameter without a provider."""
        self.endpoint = endpoint
        self.handler = handler
        self.answer: TypeAdapter[Any] = TypeAdapter(endpoint.answer)
        self.parameters = Parameters(endpoint)
        self.auditor = Auditor(endpoint)
        self.providers: dict[str, Callable[[Request], Awaitable[Any]]] = {}
        self.db_name: str = ""
        self.open_session: Callable[[Request], Any] = nullcontext
        declared, dependencies = resolved_parameters(endpoint.stub), []
        for name, parameter in resolved_parameters(handler).items():
            dependency = dependency_of(parameter)
            if endpoint.body is not None and name == endpoint.body.name:
                self.providers[name] = JsonBody(endpoint, parameter, path_record)
            elif name in declared:
                continue
            elif dependency in SESSIONS:
                self.db_name, self.open_session = name, asynccontextmanager(dependency)
            elif provider := PROVIDERS.get(dependency):
                self.providers[name] = provider
            elif dependency is not None:
                dependencies.append(parameter)
            else:
                raise TypeError(f"{endpoint.name}: no provider for the parameter {name}")

        # the parameters that FastAPI sees and solves
        self.__signature__ = inspect.Signature(
            [inspect.Parameter("request", inspect.Parameter.KEYWORD_ONLY, annotation=Request), *dependencies]
        )

    async def __call__(self, request: Request, **solved: Any) -> Response:
        if self.endpoint.refused_on_full_disk:
            request.app.state.disk.check()
        arguments = request.scope["arguments"] = self.parameters.read(request)
        for name, provider in self.providers.items():
            arguments[name] = await provider(request)
        if not self.db_name or self.endpoint.method == "GET":
            return await self.run_read(arguments, solved, request)
        if self.endpoint.idempotent:
            return await replay_or_run(self.endpoint, request, partial(self.run_write, arguments, solved, request))
        return await self.run_write(arguments, solved, request)

    async def run_read(self, arguments: Arguments, solved: Arguments, request: Request) -> Response:
        async with self.open_session(request) as db:
            result, response = await self.call(arguments, solved, db, request)
        # release the reader before the audit commit, or readers queue behind fsync
        await self.auditor.record_answer(request, arguments, result, response)
        return response

    async def run_write(
        self, arguments: Arguments, solved: Arguments, request: Request, keep: StoreAnswer | None = None
    ) -> Response:
        # commit before the response leaves
        async with self.open_session(request) as db:
            result, response = await self.call(arguments, solved, db, request)
            await self.auditor.record_answer(request, arguments, result, response)
            if keep is not None:
                await keep(db, response)
            return response

    async def call(self, arguments: Arguments, solved: Arguments, db: AsyncSession, request: Request) -> tuple[Any, Response]:
        if self.db_name:
            arguments[self.db_name] = db
        try:
            result = await self.handler(**arguments, **solved)
        except NotModified:
            return None, Response(status_code=304, headers=_kept(request.scope["etag"]))
        response = self.response(result, request)
        if "response" in arguments:
            response.headers.raw.extend(arguments["response"].headers.raw)
        return result, response

    def response(self, result: Any, request: Request) -> Response:
        headers = {"Cache-Control": "no-store"}
        if self.endpoint.status == 204:
            return Response(status_code=204, headers=headers)
        media_type = self.endpoint.media_type
        if media_type != "application/json" and not self.endpoint.conditional:
            return Response(result, self.endpoint.status, headers, media_type=media_type)
        # `warnings="error"`: `dump_json` of a plain dict would leak every key
        is_json = media_type == "application/json"
        body = self.answer.dump_json(result, warnings="error") if is_json else result.encode()
        if self.endpoint.status == 201:
            headers["Location"] = self.endpoint.location_of(body, request.path_params)
        if (version := getattr(result, "version", None)) is not None:
            headers["ETag"] = f'"{version}"'
        elif "etag" in request.scope:
            headers |= _kept(request.scope["etag"])
        elif self.endpoint.conditional:
            headers["ETag"] = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
            if headers["ETag"] in request.headers.get("if-none-match", ""):
                return Response(status_code=304, headers=headers)
        return Response(body, self.endpoint.status, headers, media_type=media_type)


def _kept(etag: str) -> dict[str, str]:
    """Return the headers of an answer that the browser may keep, and must not use without asking whether it is current."""
    return {"Cache-Control": "private, no-cache", "ETag": etag}
