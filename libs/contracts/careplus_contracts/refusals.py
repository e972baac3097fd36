"""Refusals: what a service says when it will not do what was asked, as RFC 9457 problem details.

A refusal is an exception class with a status. Its name in snake_case is its `code`, its docstring's first line its `title`,
and annotated attributes are members of the problem beyond the standard ones, so that clients get a closed union.
"""

import re
from functools import cache
from typing import Any, ClassVar, Literal, get_type_hints

from pydantic import BaseModel, ConfigDict, Field, create_model

from careplus_contracts.values import Instant

PROBLEM_MEDIA_TYPE = "application/problem+json"


class FieldError(BaseModel):
    """One member of the request that was not accepted."""

    field: str = Field(description="Dotted path to the member, `body.items.0.dose`.")
    message: str = Field(description="What would be accepted.")


class Problem(BaseModel):
    """RFC 9457 problem details."""

    model_config = ConfigDict(extra="forbid")

    type: str = Field(description="A URI reference that names the problem; `/docs/problems#<code>`.")
    title: str
    status: int
    detail: str = Field(description="What happened and what to do.")
    code: str = Field(description="The same for every occurrence of this problem; switch on it.")
    request_id: str = Field(description="Stands in the logs too.")


class Refusal(Exception):
    """A request that is not carried out. Subclasses set `status`."""

    status: ClassVar[int]
    retry_after: ClassVar[int | None] = None

    def __init__(self, detail: str, **extras: Any) -> None:
        super().__init__(detail)
        self.detail = detail
        self.extras = extras

    @classmethod
    def code(cls) -> str:
        return re.sub(r"(?<!^)(?=[A-Z])", "_", cls.__name__).lower()

    @classmethod
    def title(cls) -> str:
        return (cls.__doc__ or cls.__name__).strip().splitlines()[0].rstrip(".")

    @classmethod
    @cache
    def problem(cls) -> type[Problem]:
        """The shape of this refusal on the wire."""
        extras = {name: kind for name, kind in get_type_hints(cls).items() if name not in {"status", "retry_after"}}
        fields: dict[str, Any] = {
            "code": (Literal[cls.code()], ...),
            "status": (Literal[cls.status], ...),
            **{name: (kind, ...) for name, kind in extras.items()},
        }
        return create_model(
            f"{cls.__name__}Problem",
            __base__=Problem,
            __doc__=cls.title() + ".",
            **fields,
        )

    def body(self, request_id: str) -> bytes:
        return (
            self.problem()(
                type=f"/docs/problems#{self.code()}",
                title=self.title(),
                status=self.status,
                detail=self.detail,
                code=self.code(),
                request_id=request_id,
                **self.extras,
            )
            .model_dump_json()
            .encode()
        )

    def headers(self) -> dict[str, str]:
        """Headers that go with this refusal."""
        return {} if self.retry_after is None else {"Retry-After": str(self.retry_after)}


class NotHttp(Refusal):
    """What was sent is no HTTP/1.1 request."""

    status = 400


class Unauthenticated(Refusal):
    """A valid access token is needed."""

    status = 401

    def headers(self) -> dict[str, str]:
        return {"WWW-Authenticate": 'Bearer realm="careplus"'}


class Forbidden(Refusal):
    """Your role may not do this."""

    status = 403


class NotFound(Refusal):
    """There is nothing of yours at this address."""

    status = 404


class MethodNotAllowed(Refusal):
    """This address does not take that method."""

    status = 405


class Malformed(Refusal):
    """The request is not of the documented shape."""

    status = 422
    errors: list[FieldError]


class Stale(Refusal):
    """The record has changed since you read it."""

    status = 412
    version: int

    @classmethod
    def at(cls, version: int) -> "Stale":
        return cls("Somebody changed this record meanwhile. Read it again and repeat your change.", version=version)


class InProgress(Refusal):
    """A request with this Idempotency-Key is still being carried out."""

    status = 409
    retry_after = 1


class KeyReused(Refusal):
    """This Idempotency-Key came with another request before."""

    status = 422


class TooLarge(Refusal):
    """The body is larger than 1 MiB."""

    status = 413


class AddressTooLong(Refusal):
    """The address is longer than 4 KiB."""

    status = 414


class HeadersTooLarge(Refusal):
    """More than 64 header fields or 16 KiB of them."""

    status = 431


class TooManyRequests(Refusal):
    """Too many requests in a short time."""

    status = 429
    retry_after = 5


class Unexpected(Refusal):
    """Something went wrong on our side."""

    status = 500


class Unavailable(Refusal):
    """A part of the hospital's system cannot answer now."""

    status = 503
    retry_after = 2


class TimedOut(Refusal):
    """A part of the hospital's system did not answer in time."""

    status = 504
    retry_after = 5


class SlotTaken(Refusal):
    """That time is not free."""

    status = 409
    alternatives: list[Instant]


class IllegalTransition(Refusal):
    """The record cannot go from its status to that one."""

    status = 409
    current: str
    legal: list[str]
