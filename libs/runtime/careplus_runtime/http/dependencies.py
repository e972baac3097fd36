"""What the house provides to handlers, after their `*`."""

import re
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Depends, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from careplus_contracts.refusals import Stale
from careplus_runtime.http.problems import header
from careplus_runtime.identity.authorization import identify
from careplus_runtime.identity.tokens import Identity
from careplus_runtime.process.settings import Settings
from careplus_tables.engine import Database


async def _who(request: Request) -> Identity:
    who: Identity = request.scope["who"]
    return who


async def _visitor(request: Request) -> Identity | None:
    if header(request.scope, b"authorization") is None:
        return None
    return await identify(request.scope, request.app.state.verifier)


async def session(request: Request) -> AsyncIterator[AsyncSession]:
    database: Database = request.app.state.database
    async with database.reading() if request.method == "GET" else database.writing() as session:
        yield session


async def _request(request: Request) -> Request:
    return request


async def _response(_: Request) -> Response:
    response = Response()
    # only what the handler adds is sent
    del response.headers["Content-Length"]
    return response


async def _settings(request: Request) -> Settings:
    settings: Settings = request.app.state.settings
    return settings


async def _expected(request: Request) -> frozenset[str] | None:
    value = header(request.scope, b"if-match")
    return None if value is None or value.strip() == "*" else frozenset(re.findall(r'(?:W/)?"[^"]*"', value))


Who = Annotated[Identity, Depends(_who)]
"""Who asks."""
Visitor = Annotated[Identity | None, Depends(_visitor)]
"""Who asks, at public endpoints: None without a token."""
Db = Annotated[AsyncSession, Depends(session, scope="function")]
"""One transaction: committed before the answer is sent, undone by a refusal. Reads only, for GET."""
House = Annotated[Settings, Depends(_settings)]
"""The hospital's settings."""
Expected = Annotated[frozenset[str] | None, Depends(_expected)]
"""The entity tags of If-Match; None: any version will do."""


PROVIDERS = (_who, _visitor, session, _settings, _expected)
PLAIN = {Request: _request, Response: _response}
"""Whom `handlers` calls itself, for what is marked above and for what is not."""


def check_version(version: int, expected: frozenset[str] | None) -> None:
    """Raise Stale unless the caller knows this version, or did not ask."""
    if expected is not None and f'"{version}"' not in expected:
        raise Stale.now(version)
