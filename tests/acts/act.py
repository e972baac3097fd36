"""The entry of the catalogue for one endpoint."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from careplus_contracts.endpoints import Endpoint, Role
from careplus_contracts.registry import ENDPOINTS

if TYPE_CHECKING:
    from tests.acts.context import ActContext

Json = dict[str, Any]
BY_NAME = {endpoint.name: endpoint for endpoint in ENDPOINTS}


def unchanged(_: ActContext) -> Json:
    """Return no values: the ids of `world` or the members of the contract's example are right."""
    return {}


def no_steps(_: ActContext) -> None:
    """Take no step before the request."""


@dataclass(frozen=True)
class Race:
    """Concurrent changes of one record in the version that all of them have read: one succeeds, the others are 412."""

    body: Callable[[ActContext, int], Json]
    """The whole body of the request with this number; no two are the same where the record has text."""
    read: str = ""
    """The path at which the person reads the record and its ETag, with path values of the act."""
    etag: str = '"1"'
    """The ETag of the record where no path shows the record alone."""
    path: Callable[[ActContext], Json] | None = None
    """Path values, where the record must be another one than that of the act."""
    person: str = ""
    """Sends the requests, where it must be another person than that of the act."""


@dataclass(frozen=True)
class Mark:
    """A member that tells one request from all others, and where it is found afterwards."""

    member: str
    sql: str
    """Selects the marks of all records."""
    events: tuple[str, ...]
    """The actions that one request leaves in the audit trail."""
    value: str = "{mark}"


@dataclass(frozen=True)
class Act:
    """How the sweeps exercise one endpoint; each request is right, and can be repeated because it has records of its own."""

    name: str
    person: str = ""
    """A name of `world.people`, "stranger" (no token), "browser" (a refresh cookie) or "newcomer" (registered for the request).
    Empty: "stranger" where the endpoint is public, otherwise the first role that may call it."""
    before: Callable[[ActContext], None] = no_steps
    """Steps that must be done before the request."""
    path: Callable[[ActContext], Json] = unchanged
    """Path values that differ from `world.ids`: of a new record where the request uses it up."""
    body: Callable[[ActContext], Json] = unchanged
    """Members that differ from the contract's example."""
    query: str = ""
    """The query that a read cannot do without."""
    finds: str = ""
    """The query with which a list of all people shows the patient of `world` on its first page."""
    read_back: Mapping[str, str] = field(default_factory=dict)
    """Where text that was sent is read: path by person, with values of `world.ids` and of the answer."""
    one_of: tuple[str, ...] = ()
    """Text members of which a body may have one only."""
    fixed: tuple[str, ...] = ()
    """Text members that take listed values only, or may not be changed by this person."""
    race: Race | None = None
    """Required where the record has a version."""
    mark: Mark | None = None
    """Of acts that are repeated while services are restarted."""
    no_patient: str = ""
    """The reason why the audit event names no patient, where its answer or its path does not name one either."""
    counts_attempts: bool = False
    """Whether the attempt is committed in a transaction of its own before the change."""

    @property
    def endpoint(self) -> Endpoint[..., Any]:
        return BY_NAME[self.name]

    @property
    def caller(self) -> str:
        return self.person or first_person(self.endpoint)


def first_person(endpoint: Endpoint[..., Any]) -> str:
    """Return the person of `world` with the first role that may call, or "stranger" for public endpoints."""
    return "stranger" if endpoint.public else next(role.value for role in Role if endpoint.admits(role))
