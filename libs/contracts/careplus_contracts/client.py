"""A client made from the contracts: `await client.call(appointments.reschedule, 7, Reschedule(...))`."""

import inspect
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ParamSpec, TypeVar, cast
from urllib.parse import quote

import httpx
from pydantic import BaseModel, TypeAdapter

from careplus_contracts.endpoints import Endpoint
from careplus_contracts.refusals import Problem

P = ParamSpec("P")
R = TypeVar("R")


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

    async def call(self, endpoint: Endpoint[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Call an endpoint and return its answer. Raise the contract's refusals, and httpx.HTTPError without an answer."""
        response = await self.http.send(self.request(endpoint, *args, **kwargs))
        if response.is_error:
            raise refusal(endpoint, response)
        if endpoint.answer is type(None):
            return cast(R, None)
        if endpoint.media_type != "application/json":
            return cast(R, response.text)
        return cast(R, TypeAdapter(endpoint.answer).validate_json(response.content))

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


def refusal(endpoint: Endpoint[..., Any], response: httpx.Response) -> Exception:
    """Return the refusal in a response as the exception that the service raised; HTTPStatusError for an undocumented one."""
    try:
        problem = response.json()
        for kind in endpoint.all_refusals:
            if problem["code"] == kind.code():
                return kind(problem["detail"], **{name: v for name, v in problem.items() if name not in Problem.model_fields})
    except (ValueError, KeyError, TypeError):
        pass
    return httpx.HTTPStatusError(
        f"{endpoint.name}: undocumented answer {response.status_code}", request=response.request, response=response
    )
