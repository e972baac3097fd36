"""JSON bodies: read and checked strictly, after the door and after the record they are about was found."""

import json
from collections.abc import Awaitable, Callable
from inspect import Parameter
from types import NoneType
from typing import Any, get_args

from fastapi import Request
from pydantic import TypeAdapter, ValidationError

from careplus_contracts.endpoints import Endpoint
from careplus_contracts.refusals import Malformed
from careplus_runtime.http.problems import malformed, not_accepted

Finder = Callable[..., Awaitable[Any]]
"""A store function `(db, who, id)` that raises NotFound where there is nothing of theirs."""


class Repeated(ValueError):
    """A member stands twice in one object."""


class JsonBody:
    """Answers the checked body of an endpoint."""

    def __init__(self, endpoint: Endpoint[..., Any], parameter: Parameter, finds: Finder | None) -> None:
        self.optional = parameter.default is None
        kind = parameter.annotation
        if self.optional:
            # a body that is left out is not sent as null
            kind = next(one for one in get_args(kind) if one is not NoneType)
        self.adapter: TypeAdapter[Any] = TypeAdapter(kind)
        self.finds = finds
        self.path_name = next((name for name in endpoint.parameters if f"{{{name}}}" in endpoint.path), "")
        self.key: TypeAdapter[Any] | None = None
        if self.path_name:
            self.key = TypeAdapter(endpoint.parameters[self.path_name].annotation)

    async def __call__(self, request: Request) -> Any:
        body = await request.body()
        if not body and self.optional:
            return None
        try:
            return self._checked(request.headers.get("content-type", ""), body)
        except Malformed:
            await self._find(request)
            raise

    def _checked(self, content_type: str, body: bytes) -> Any:
        if content_type.partition(";")[0].strip().lower() != "application/json":
            raise malformed([{"loc": ("header", "Content-Type"), "msg": "send application/json"}])
        try:
            value = self.adapter.validate_json(body)
            # pydantic takes the last of repeated members; somebody in between may have taken the first
            json.loads(body, object_pairs_hook=_each_once)
        except ValidationError as error:
            raise not_accepted(error, lambda _: "body") from None
        except (Repeated, RecursionError) as error:
            raise malformed([{"loc": ("body",), "msg": str(error) or "nested too deeply"}]) from None
        return value

    async def _find(self, request: Request) -> None:
        # somebody else's record is 404 whatever the body, so that its existence does not show
        if self.finds is None or self.key is None:
            return
        try:
            key = self.key.validate_python(request.path_params[self.path_name])
        except ValidationError:
            return  # malformed too, and no record of anybody
        async with request.app.state.database.reading() as db:
            await self.finds(db, request.scope["who"], key)


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    names = dict(pairs)
    if len(names) != len(pairs):
        raise Repeated("a member stands twice in one object")
    return names
