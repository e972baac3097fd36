"""A contract is a typed stub function: path, method, roles and refusals on the decorator, types in the signature."""

import inspect
import re
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass
from enum import Enum, StrEnum
from typing import Annotated, Any, Final, Generic, ParamSpec, TypeVar, get_args, get_origin, get_type_hints

from pydantic import BaseModel

from careplus_contracts.refusals import (
    Forbidden,
    HeadersTooLarge,
    InProgress,
    KeyReused,
    Malformed,
    Refusal,
    Stale,
    TimedOut,
    TooLarge,
    TooManyRequests,
    Unauthenticated,
    Unavailable,
)

P = ParamSpec("P")
R_co = TypeVar("R_co", covariant=True)


class Role(StrEnum):
    """Who somebody is to the hospital."""

    PATIENT = "patient"
    DOCTOR = "doctor"
    LAB = "lab"
    ADMIN = "admin"


class Public(Enum):
    """Stands where roles would, for endpoints that ask for no token."""

    EVERYONE = "everyone"


EVERYONE: Final = Public.EVERYONE
SIGNED_IN: Final = frozenset(Role)
Roles = Collection[Role] | Public


@dataclass(frozen=True)
class Endpoint(Generic[P, R_co]):
    """One promise: everything that routes, documents, clients and tests need to know about an endpoint.

    `parameters` are the path and query parameters, `body` the parameter that is the JSON body (None: no body).
    `answer` is the type of the answer (None: 204). `keyed` endpoints honour `Idempotency-Key`: every POST and PUT that gives no
    reason against it. `versioned` ones honour `If-Match`, `polled` ones `If-None-Match`. Reads that are `watched` are audited
    also where the answer is about nobody; of a change that is not `noted` only refusals are.
    """

    name: str
    service: str
    tag: str
    method: str
    path: str
    roles: frozenset[Role] | Public
    refuses: tuple[type[Refusal], ...]
    status: int
    answer: Any
    media_type: str
    keyed: bool
    versioned: bool
    polled: bool
    watched: bool
    noted: bool
    example: Mapping[str, Any] | None
    parameters: Mapping[str, inspect.Parameter]
    body: inspect.Parameter | None
    stub: Callable[P, Awaitable[R_co]]

    @property
    def public(self) -> bool:
        return isinstance(self.roles, Public)

    @property
    def doc(self) -> str:
        return inspect.getdoc(self.stub) or ""

    @property
    def all_refusals(self) -> tuple[type[Refusal], ...]:
        """The refusals named on the stub and those that follow from its shape."""
        implied: list[type[Refusal]] = [HeadersTooLarge, TooManyRequests, Unavailable, TimedOut]
        if not self.public:
            implied += [Unauthenticated, Forbidden]
        if self.parameters or self.body:
            implied += [Malformed]
        if self.body:
            implied += [TooLarge]
        if self.keyed:
            implied += [InProgress, KeyReused]
        if self.versioned:
            implied += [Stale]
        return (*self.refuses, *(refusal for refusal in implied if refusal not in self.refuses))

    def admits(self, role: Role) -> bool:
        return isinstance(self.roles, Public) or role in self.roles


class Contract:
    """The endpoints of one noun, all served by one service.

    `example`, where the endpoint has a body, is one body that would be accepted; `tests` hold it to that.
    """

    def __init__(self, service: str, tag: str) -> None:
        self.service = service
        self.tag = tag
        self.endpoints: list[Endpoint[..., Any]] = []

    def get(
        self,
        path: str,
        *,
        roles: Roles,
        refuses: tuple[type[Refusal], ...] = (),
        polled: bool = False,
        watched: bool = False,
        media_type: str = "application/json",
    ) -> Callable[[Callable[P, Awaitable[R_co]]], Endpoint[P, R_co]]:
        return self._promise("GET", path, roles, refuses, polled=polled, watched=watched, media_type=media_type)

    def post(
        self,
        path: str,
        *,
        roles: Roles,
        refuses: tuple[type[Refusal], ...] = (),
        status: int = 201,
        unkeyed: str = "",
        unnoted: str = "",
        example: Mapping[str, Any] | None = None,
    ) -> Callable[[Callable[P, Awaitable[R_co]]], Endpoint[P, R_co]]:
        """`unkeyed`: the reason why its answer cannot be given again. `unnoted`: why nobody needs to know that it was done."""
        return self._promise("POST", path, roles, refuses, status=status, keyed=not unkeyed, noted=not unnoted, example=example)

    def put(
        self,
        path: str,
        *,
        roles: Roles,
        refuses: tuple[type[Refusal], ...] = (),
        versioned: bool = False,
        example: Mapping[str, Any] | None = None,
    ) -> Callable[[Callable[P, Awaitable[R_co]]], Endpoint[P, R_co]]:
        return self._promise("PUT", path, roles, refuses, keyed=True, versioned=versioned, example=example)

    def delete(
        self, path: str, *, roles: Roles, refuses: tuple[type[Refusal], ...] = ()
    ) -> Callable[[Callable[P, Awaitable[R_co]]], Endpoint[P, R_co]]:
        return self._promise("DELETE", path, roles, refuses, status=204)

    def _promise(
        self,
        method: str,
        path: str,
        roles: Roles,
        refuses: tuple[type[Refusal], ...],
        *,
        status: int = 200,
        media_type: str = "application/json",
        keyed: bool = False,
        versioned: bool = False,
        polled: bool = False,
        watched: bool = False,
        noted: bool = True,
        example: Mapping[str, Any] | None = None,
    ) -> Callable[[Callable[P, Awaitable[R_co]]], Endpoint[P, R_co]]:
        def declare(stub: Callable[P, Awaitable[R_co]]) -> Endpoint[P, R_co]:
            parameters = resolved_parameters(stub)
            body = next((p for p in parameters.values() if is_body(p.annotation)), None)
            if missing := set(re.findall(r"{(\w+)}", path)) - set(parameters):
                raise TypeError(f"{stub.__name__}: {path} names {missing}, the signature does not")
            endpoint = Endpoint(
                name=stub.__name__,
                service=self.service,
                tag=self.tag,
                method=method,
                path=path,
                roles=roles if isinstance(roles, Public) else frozenset(roles),
                refuses=refuses,
                status=status,
                answer=get_type_hints(stub, include_extras=True)["return"],
                media_type=media_type,
                keyed=keyed,
                versioned=versioned,
                polled=polled,
                watched=watched,
                noted=noted,
                example=example,
                parameters={name: p for name, p in parameters.items() if p is not body},
                body=body,
                stub=stub,
            )
            self.endpoints.append(endpoint)
            return endpoint

        return declare


def resolved_parameters(function: Callable[..., Any]) -> dict[str, inspect.Parameter]:
    """The parameters of a function with their annotations as types, never as strings."""
    hints = get_type_hints(function, include_extras=True)
    return {name: parameter.replace(annotation=hints[name]) for name, parameter in inspect.signature(function).parameters.items()}


def is_body(annotation: Any) -> bool:
    """Whether a parameter of this type is sent as the JSON body: a model, or a model or None."""
    if get_origin(annotation) is Annotated:
        return is_body(get_args(annotation)[0])
    candidates = get_args(annotation) or (annotation,)
    return any(isinstance(candidate, type) and issubclass(candidate, BaseModel) for candidate in candidates)
