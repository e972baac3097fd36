"""JSON bodies: read and checked strictly, after authorization and after the record in the path was found."""

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
from careplus_runtime.identity.tokens import Identity
from careplus_tables.engine import ReadSession

RecordLoader = Callable[[ReadSession, Identity, Any], Awaitable[Any]]
"""A store function `(db, user, id)` that raises NotFound for an unknown record and for a record of another person."""


class DuplicateMember(ValueError):
    """One object has two members of one name."""


class JsonBody:
    """Provides the checked body of an endpoint."""

    def __init__(self, endpoint: Endpoint[..., Any], parameter: Parameter, path_record: RecordLoader | None) -> None:
        self.optional = parameter.default is None
        kind = parameter.annotation
        if self.optional:
            # an optional body is left out, never sent as null
            kind = next(one for one in get_args(kind) if one is not NoneType)
        self.adapter: TypeAdapter[Any] = TypeAdapter(kind)
        self.path_record = path_record
        self.path_name = next((name for name in endpoint.parameters if f"{{{name}}}" in endpoint.path), "")

    async def __call__(self, request: Request) -> Any:
        body = await request.body()
        if not body and self.optional:
            return None
        try:
            return self._checked(request.headers.get("content-type", ""), body)
        except Malformed:
            await self._check_record(request)
            raise

    def _checked(self, content_type: str, body: bytes) -> Any:
        if content_type.partition(";")[0].strip().lower() != "application/json":
            raise malformed([{"loc": ("header", "Content-Type"), "msg": "send application/json"}])
        try:
            value = self.adapter.validate_json(body)
            # pydantic keeps the last of repeated members; a proxy may have checked the first
            json.loads(body, object_pairs_hook=_unique)
        except ValidationError as error:
            raise not_accepted(error, lambda member: ("body", *member)) from None
        except (DuplicateMember, RecursionError) as error:
            raise malformed([{"loc": ("body",), "msg": str(error) or "nested too deeply"}]) from None
        return value

    async def _check_record(self, request: Request) -> None:
        # 404 for another person's record with a malformed body too: 422 would show that the record exists
        if self.path_record is not None and self.path_name:
            async with request.app.state.database.reading() as db:
                await self.path_record(db, request.scope["user"], request.scope["arguments"][self.path_name])


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise DuplicateMember("a member stands twice in one object")
    return members
