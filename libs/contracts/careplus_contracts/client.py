"""A client that speaks the contracts: `await client.call(appointments.reschedule, 7, Reschedule(...))`."""

import inspect
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ParamSpec, TypeVar, cast
from urllib.parse import quote

import httpx
from pydantic import BaseModel, TypeAdapter

from careplus_contracts.endpoints import Endpoint
from careplus_contracts.refusals import Refusal

P = ParamSpec("P")
R = TypeVar("R")


@dataclass(frozen=True)
class Client:
    """Calls endpoints at one address. `http` brings pool and timeouts; `token` is sent as bearer token.

    `address` stands before every path, where `http` has no base address or another; `headers` go with every request.
    """

    http: httpx.AsyncClient
    token: str | None = None
    address: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)

    async def call(self, endpoint: Endpoint[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Carry out an endpoint. Raises the contract's refusals, and httpx.HTTPError where there was no answer."""
        response = await self.http.send(self.request(endpoint, *args, **kwargs))
        if response.is_error:
            raise refusal(endpoint, response)
        if endpoint.answer is type(None):
            return cast(R, None)
        if endpoint.media_type != "application/json":
            return cast(R, response.text)
        return cast(R, TypeAdapter(endpoint.answer).validate_json(response.content))

    def request(self, endpoint: Endpoint[P, R], *args: P.args, **kwargs: P.kwargs) -> httpx.Request:
        bound = inspect.signature(endpoint.stub).bind(*args, **kwargs)
        path, query, body = endpoint.path, {}, None
        for name, value in bound.arguments.items():
            if endpoint.body is not None and name == endpoint.body.name:
                body = cast(BaseModel | None, value)
            elif f"{{{name}}}" in path:
                path = path.replace(f"{{{name}}}", quote(str(value), safe=""))
            elif value is not None:
                query[name.rstrip("_")] = _written(value)
        return self.http.build_request(
            endpoint.method,
            self.address + path,
            params=query or None,
            content=None if body is None else body.model_dump_json(exclude_unset=True),
            headers={
                **self.headers,
                **({"Authorization": f"Bearer {self.token}"} if self.token else {}),
                **({"Content-Type": "application/json"} if body is not None else {}),
            },
        )


def _written(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value


def refusal(endpoint: Endpoint[..., Any], response: httpx.Response) -> Exception:
    """The refusal an answer carries, as the exception the service raised."""
    try:
        problem = response.json()
        for kind in endpoint.all_refusals:
            if problem["code"] == kind.code():
                standard = {"type", "title", "status", "detail", "code", "request_id"}
                return kind(problem["detail"], **{k: v for k, v in problem.items() if k not in standard})
    except (ValueError, KeyError, TypeError):
        pass
    return httpx.HTTPStatusError(
        f"{endpoint.name}: undocumented answer {response.status_code}", request=response.request, response=response
    )


__all__ = ["Client", "Refusal", "refusal"]
