"""Dependencies that handlers declare after their `*`. They work in any FastAPI route of a service too."""

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from inspect import Parameter
from typing import Annotated, Any, get_args

from fastapi import Depends, Request, Response, params

from careplus_contracts.refusals import Stale
from careplus_runtime.http.problems import header
from careplus_runtime.http.validators import Validator
from careplus_runtime.identity.authorization import identify, own_token
from careplus_runtime.identity.tokens import Identity
from careplus_runtime.process.settings import Settings
from careplus_tables.engine import ReadSession, WriteSession


async def _current_user(request: Request) -> Identity:
    return await identify(request.scope, request.app.state.verifier)


async def _optional_user(request: Request) -> Identity | None:
    user = None if header(request.scope, b"authorization") is None else await _current_user(request)
    # an account that has to switch a second factor on first acts as its role nowhere
    return None if user is not None and user.enrols else user


async def _own_token(request: Request) -> str:
    return own_token(request.scope)


async def _app_settings(request: Request) -> Settings:
    settings: Settings = request.app.state.settings
    return settings


async def _if_match(request: Request) -> frozenset[str] | None:
    value = header(request.scope, b"if-match")
    return None if value is None or value.strip() == "*" else frozenset(re.findall(r'(?:W/)?"[^"]*"', value))


async def _request(request: Request) -> Request:
    return request


async def _response(_: Request) -> Response:
    response = Response()
    # send only the headers that the handler adds
    del response.headers["Content-Length"]
    return response


async def read_session(request: Request) -> AsyncIterator[ReadSession]:
    async with request.app.state.database.reading() as session:
        yield session


async def write_session(request: Request) -> AsyncIterator[WriteSession]:
    async with request.app.state.database.writing() as session:
        yield session


async def _validator(request: Request) -> Validator:
    return Validator(request)


CurrentUser = Annotated[Identity, Depends(_current_user)]
"""The caller. 401 without a valid access token."""
OptionalUser = Annotated[Identity | None, Depends(_optional_user)]
"""The caller of a public endpoint; None without a token, 401 with one that is not valid."""
PresentedToken = Annotated[str, Depends(_own_token)]
"""The token of an endpoint that takes its own kind, not yet looked up: the handler raises Unauthenticated for an unknown one."""
AppSettings = Annotated[Settings, Depends(_app_settings)]
"""The settings of this installation."""
IfMatch = Annotated[frozenset[str] | None, Depends(_if_match)]
"""The entity tags of If-Match; None: the caller accepts any version."""
Content = Annotated[Validator, Depends(_validator)]
"""The ETag of an answer without personal data, for handlers that know before they read it whether it has changed."""
ReadDb = Annotated[ReadSession, Depends(read_session, scope="function")]
"""A session that can only read, closed before the response is sent."""
WriteDb = Annotated[WriteSession, Depends(write_session, scope="function")]
"""One transaction: committed before the response is sent, rolled back by a refusal."""

PROVIDERS: dict[Any, Callable[[Request], Awaitable[Any]]] = {
    one: one for one in (_current_user, _optional_user, _own_token, _app_settings, _if_match, _validator)
} | {Request: _request, Response: _response}
SESSIONS = frozenset({read_session, write_session})


def dependency_of(parameter: Parameter) -> Any:
    """Return the function in the parameter's `Depends`; the annotation for Request and Response; None for other parameters."""
    marks = (*get_args(parameter.annotation), parameter.default)
    own = parameter.annotation if parameter.annotation in (Request, Response) else None
    return next((mark.dependency for mark in marks if isinstance(mark, params.Depends)), own)


def check_version(version: int, expected: frozenset[str] | None) -> None:
    """Raise Stale unless If-Match is absent or names this version."""
    if expected is not None and f'"{version}"' not in expected:
        raise Stale.at(version)
