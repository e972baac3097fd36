"""A client made from the contracts: `await client.call(appointments.reschedule, 7, Reschedule(...))`."""

import inspect
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any, Generic, ParamSpec, Self, TypeVar, cast
from urllib.parse import quote

import httpx
from pydantic import BaseModel, TypeAdapter, ValidationError

from careplus_contracts.endpoints import Endpoint
from careplus_contracts.refusals import ANYWHERE, Problem, Refusal

P = ParamSpec("P")
R = TypeVar("R")


class NotModified(Exception):
    """The answer is unchanged since the ETag that was sent as If-None-Match (304)."""


class UndocumentedAnswer(httpx.HTTPStatusError):
    """An answer that the contract does not declare: of a proxy, or of a newer hospital, with its `problem` if it is one."""

    def __init__(self, endpoint: Endpoint[..., Any], response: httpx.Response, problem: Problem | None = None) -> None:
        self.problem, self.request_id = problem, response.headers.get("X-Request-Id")
        about = f"{problem.code}: {problem.detail}" if problem else f"undocumented answer {response.status_code}"
        super().__init__(f"{endpoint.name}: {about}", request=response.request, response=response)


@dataclass(frozen=True)
class Reply(Generic[R]):
    """An answer with its headers, such as `ETag`, `Location` and `X-Request-Id`."""

    answer: R
    headers: httpx.Headers


@dataclass(frozen=True)
class Client:
    """Calls endpoints at one address.

    `http` has the connection pool and the timeouts; `token` is sent as bearer token. `address` precedes every path, for an
    `http` without base address; `headers` are sent with every request.
    """

    http: httpx.AsyncClient
    token: str | None = None
    address: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)

    def with_options(
        self, *, idempotency_key: str | None = None, if_match: int | str | None = None, if_none_match: str | None = None
    ) -> Self:
        """Return a client for one call. `if_match` is the version that was read, or an ETag; `if_none_match` an ETag."""
        tag = f'"{if_match}"' if isinstance(if_match, int) else if_match
        sent = {"Idempotency-Key": idempotency_key, "If-Match": tag, "If-None-Match": if_none_match}
        return replace(self, headers={**self.headers, **{name: value for name, value in sent.items() if value is not None}})

    async def call(self, endpoint: Endpoint[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Call an endpoint and return its answer.

        Raise the contract's refusals, NotModified after `if_none_match`, and httpx.HTTPError without an answer of the contract.
        """
        return (await self.reply(endpoint, *args, **kwargs)).answer

    async def reply(self, endpoint: Endpoint[P, R], *args: P.args, **kwargs: P.kwargs) -> Reply[R]:
        """Call an endpoint and return its answer with the headers. Raise as `call` does."""
        response = await self.http.send(self.request(endpoint, *args, **kwargs))
        return Reply(answer(endpoint, response), response.headers)

    def request(self, endpoint: Endpoint[P, R], *args: P.args, **kwargs: P.kwargs) -> httpx.Request:
        """Return the request that calls an endpoint."""
        arguments = inspect.signature(endpoint.stub).bind(*args, **kwargs).arguments
        body: BaseModel | None = arguments.pop(endpoint.body.name, None) if endpoint.body else None
        query: dict[str, Any] = dict(arguments.pop(endpoint.filter.name)) if endpoint.filter else {}
        path = endpoint.path.format(**{name: quote(str(value), safe="") for name, value in arguments.items()})
        headers = {**self.headers}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        if body is not None:
            headers["Content-Type"] = "application/json"
        return self.http.build_request(
            endpoint.method,
            self.address + path,
            params={name.rstrip("_"): _text(value) for name, value in query.items() if value is not None} or None,
            content=None if body is None else body.model_dump_json(exclude_unset=True),
            headers=headers,
        )


def _text(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value


def answer(endpoint: Endpoint[..., R], response: httpx.Response) -> R:
    """Return the answer in a response. Raise its refusal, NotModified, or UndocumentedAnswer."""
    if response.status_code == 304:
        raise NotModified
    if response.status_code != endpoint.status:
        raise refusal(endpoint, response)
    if endpoint.answer is type(None):
        return cast(R, None)
    if endpoint.media_type != "application/json":
        return cast(R, response.text)
    try:
        return cast(R, _adapter(endpoint.answer).validate_json(response.content, extra="ignore"))
    except ValidationError:
        raise UndocumentedAnswer(endpoint, response) from None


_adapter = cache(TypeAdapter)


def refusal(endpoint: Endpoint[..., Any], response: httpx.Response) -> Exception:
    """Return the refusal in a response as the exception that the service raised; UndocumentedAnswer for another one."""
    problem = None
    try:
        problem = Problem.model_validate_json(response.content)
        seconds = response.headers.get("Retry-After", "")
        kinds: dict[str, type[Refusal]] = {kind.code(): kind for kind in (*ANYWHERE, *endpoint.all_refusals)}
        return kinds[problem.code].read(response.content, int(seconds) if seconds.isdecimal() else None)
    except (ValidationError, KeyError):
        return UndocumentedAnswer(endpoint, response, problem)
