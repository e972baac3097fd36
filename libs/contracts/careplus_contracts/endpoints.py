"""A contract is a typed stub function: path, method, roles and refusals on the decorator, types in the signature."""

import inspect
import json
import re
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass
from enum import Enum, StrEnum
from typing import (
    Annotated,
    Any,
    Final,
    Generic,
    ParamSpec,
    Protocol,
    TypedDict,
    TypeVar,
    Unpack,
    get_args,
    get_origin,
    get_type_hints,
)

from pydantic import BaseModel

from careplus_contracts.refusals import (
    Forbidden,
    HeadersTooLarge,
    InProgress,
    InsufficientStorage,
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
from careplus_contracts.values import Filter, PageFilter

P = ParamSpec("P")
R_co = TypeVar("R_co", covariant=True)


class Role(StrEnum):
    """The role of an account."""

    PATIENT = "patient"
    DOCTOR = "doctor"
    LAB = "lab"
    RECEPTION = "reception"
    ADMIN = "admin"


class Public(Enum):
    """Takes the place of roles at endpoints that need no token."""

    EVERYONE = "everyone"


class OwnToken(Enum):
    """Takes the place of roles at endpoints that take a token of their own kind, and no access token of an account."""

    SCREEN = "screen"


EVERYONE: Final = Public.EVERYONE
SCREEN: Final = OwnToken.SCREEN
SIGNED_IN: Final = frozenset(Role)
DESK: Final = frozenset({Role.RECEPTION, Role.ADMIN})
"""The roles that arrange visits and register patients."""
Roles = Collection[Role] | Public | OwnToken
Refusals = tuple[type[Refusal], ...]
Example = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Endpoint(Generic[P, R_co]):
    """One endpoint: routes, documents, clients and tests are made from it.

    `parameters` are the path and query parameters, with the members of a filter one by one. `filter` is the parameter of the
    stub that holds the query as one model, `body` the one that is the JSON body; None: there is none. `answer` is the type of
    the answer (NoneType: 204). `idempotent` endpoints honour `Idempotency-Key`: every POST and PUT that gives no reason
    against it. `versioned` endpoints honour `If-Match`, `conditional` ones `If-None-Match`. `always_audited` reads leave an
    audit event also where the answer names no patient; a change that is not `audited` leaves one only when it is refused.
    `location` is the address of the record that a 201 created, with members of the answer, `/api/appointments/{id}`; by default
    the list that has it, at the endpoint's own path. `sets_cookie` answers set or delete a cookie of auth; `needs_cookie`
    endpoints read the refresh cookie; they and `own_pages` endpoints demand the portals' two headers. `essential` changes go on
    while the disk is almost full: without them no record could be read. `while_enrolling` endpoints also serve an account whose
    role needs a second factor that it has not switched on yet.
    """

    name: str
    service: str
    tag: str
    method: str
    path: str
    roles: frozenset[Role] | Public | OwnToken
    refuses: Refusals
    status: int = 200
    answer: Any
    media_type: str = "application/json"
    idempotent: bool = False
    versioned: bool = False
    conditional: bool = False
    always_audited: bool = False
    audited: bool = True
    sets_cookie: bool = False
    needs_cookie: bool = False
    own_pages: bool = False
    essential: bool = False
    while_enrolling: bool = False
    location: str = ""
    example: Example | None = None
    parameters: Mapping[str, inspect.Parameter]
    filter: inspect.Parameter | None
    body: inspect.Parameter | None
    stub: Callable[P, Awaitable[R_co]]

    @property
    def public(self) -> bool:
        return isinstance(self.roles, Public)

    @property
    def takes_own_token(self) -> bool:
        return isinstance(self.roles, OwnToken)

    @property
    def refused_on_full_disk(self) -> bool:
        return self.method != "GET" and not self.essential

    @property
    def doc(self) -> str:
        return inspect.getdoc(self.stub) or ""

    @property
    def all_refusals(self) -> Refusals:
        """The refusals named on the stub, then the ones that follow from its method, roles, parameters and flags."""
        implied = {
            HeadersTooLarge: True,
            TooManyRequests: True,
            Unavailable: True,
            TimedOut: True,
            Unauthenticated: not self.public,
            Forbidden: not self.public and not self.takes_own_token,
            # every service refuses unknown query parameters; the gateway's probes ignore them
            Malformed: self.service != "gateway",
            TooLarge: self.body is not None,
            InProgress: self.idempotent,
            KeyReused: self.idempotent,
            Stale: self.versioned,
            InsufficientStorage: self.refused_on_full_disk,
        }
        return (*self.refuses, *(kind for kind, applies in implied.items() if applies and kind not in self.refuses))

    def location_of(self, answer: bytes, path: Mapping[str, Any]) -> str:
        """Return the address of the record in the JSON answer of a 201; `path` are the path parameters of the request."""
        return (self.location or self.path).format_map({**path, **json.loads(answer)})

    def admits(self, role: Role) -> bool:
        return self.public or (isinstance(self.roles, frozenset) and role in self.roles)


class CreateOptions(TypedDict, total=False):
    """Further members of Endpoint that a POST can have."""

    location: str
    versioned: bool
    sets_cookie: bool
    needs_cookie: bool
    own_pages: bool
    essential: bool
    while_enrolling: bool


class Declare(Protocol):
    """The decorator that makes an endpoint of a stub."""

    def __call__(self, stub: Callable[P, Awaitable[R_co]], /) -> Endpoint[P, R_co]: ...


class Contract:
    """The endpoints of one noun, all served by one service.

    `example` is one body that the endpoint accepts; every endpoint with a body has one, and tests send it.
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
        refuses: Refusals = (),
        conditional: bool = False,
        always_audited: bool = False,
        while_enrolling: bool = False,
        media_type: str = "application/json",
    ) -> Declare:
        flags = {"conditional": conditional, "always_audited": always_audited, "media_type": media_type}
        return self._declare("GET", path, roles, refuses, while_enrolling=while_enrolling, **flags)

    def post(
        self,
        path: str,
        *,
        roles: Roles,
        refuses: Refusals = (),
        status: int = 201,
        not_idempotent_because: str = "",
        not_audited_because: str = "",
        example: Example | None = None,
        **more: Unpack[CreateOptions],
    ) -> Declare:
        """`not_idempotent_because`: why its answer cannot be stored. `not_audited_because`: why it leaves no audit event."""
        flags = {"idempotent": not not_idempotent_because, "audited": not not_audited_because, **more}
        return self._declare("POST", path, roles, refuses, status=status, example=example, **flags)

    def put(
        self,
        path: str,
        *,
        roles: Roles,
        refuses: Refusals = (),
        versioned: bool = False,
        while_enrolling: bool = False,
        example: Example | None = None,
    ) -> Declare:
        flags = {"idempotent": True, "versioned": versioned, "while_enrolling": while_enrolling}
        return self._declare("PUT", path, roles, refuses, example=example, **flags)

    def delete(self, path: str, *, roles: Roles, refuses: Refusals = (), while_enrolling: bool = False) -> Declare:
        return self._declare("DELETE", path, roles, refuses, status=204, while_enrolling=while_enrolling)

    def _declare(self, method: str, path: str, roles: Roles, refuses: Refusals, **flags: Any) -> Declare:
        def declare(stub: Callable[P, Awaitable[R_co]]) -> Endpoint[P, R_co]:
            signature = resolved_parameters(stub)
            filter_ = next((p for p in signature.values() if is_filter(p.annotation)), None)
            body = next((p for p in signature.values() if is_body(p.annotation)), None)
            in_path = {name: p for name, p in signature.items() if p not in (filter_, body)}
            if (named := set(re.findall(r"{(\w+)}", path))) != set(in_path):
                raise TypeError(f"{stub.__name__}: {path} names {named}, the signature {set(in_path)}; a Filter holds the query")
            endpoint = Endpoint(
                name=stub.__name__,
                service=self.service,
                tag=self.tag,
                method=method,
                path=path,
                roles=roles if isinstance(roles, Public | OwnToken) else frozenset(roles),
                refuses=refuses,
                answer=get_type_hints(stub, include_extras=True)["return"],
                parameters=in_path | _members(filter_),
                filter=filter_,
                body=body,
                stub=stub,
                **flags,
            )
            self.endpoints.append(endpoint)
            return endpoint

        return declare


def resolved_parameters(function: Callable[..., Any]) -> dict[str, inspect.Parameter]:
    """Return the parameters of a function by name, with types instead of strings as annotations."""
    hints = get_type_hints(function, include_extras=True)
    return {name: parameter.replace(annotation=hints[name]) for name, parameter in inspect.signature(function).parameters.items()}


def is_filter(annotation: Any) -> bool:
    """Return whether a parameter of this type is the query as one model."""
    return isinstance(annotation, type) and issubclass(annotation, Filter)


def is_body(annotation: Any) -> bool:
    """Return whether a parameter of this type is the JSON body: a model, or a model or None."""
    if get_origin(annotation) is Annotated:
        return is_body(get_args(annotation)[0])
    kinds = get_args(annotation) or (annotation,)
    return any(isinstance(kind, type) and issubclass(kind, BaseModel) and not is_filter(kind) for kind in kinds)


def _members(filter_: inspect.Parameter | None) -> dict[str, inspect.Parameter]:
    """Return the members of a filter as parameters, `limit` and `cursor` last."""
    if filter_ is None:
        return {}
    model, hints = filter_.annotation, get_type_hints(filter_.annotation, include_extras=True)
    return {
        name: inspect.Parameter(
            name, filter_.kind, default=filter_.empty if field.is_required() else field.default, annotation=hints[name]
        )
        for name, field in sorted(model.model_fields.items(), key=lambda member: member[0] in PageFilter.model_fields)
    }
