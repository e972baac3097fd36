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
    """Override nothing: the ids of `world` and the members of the contract's example are right."""
    return {}


def no_steps(_: ActContext) -> None:
    """Take no step before the request."""


@dataclass(frozen=True)
class Race:
    """Concurrent changes of one version of a record: one succeeds, the others get 412."""

    body: Callable[[ActContext, int], Json]
    """Return the body of the request with this number; bodies differ if the record has text."""
    read: str = ""
    """The path at which the person reads the record and its ETag, with path values of the act."""
    etag: str = '"1"'
    """The ETag of the record, if no path shows the record alone."""
    path: Callable[[ActContext], Json] | None = None
    """Path values of another record than that of the act."""
    person: str = ""
    """The sender of the requests, if it is not the caller of the act."""


@dataclass(frozen=True)
class Mark:
    """A member with a unique value per request, and the query that finds these values."""

    member: str
    sql: str
    """Selects the marks of all records."""
    events: tuple[str, ...]
    """The actions that one request leaves in the audit trail."""
    value: str = "{mark}"


@dataclass(frozen=True)
class Act:
    """How sweeps call one endpoint. Each request is valid and repeatable, because its steps make its own records."""

    name: str
    person: str = ""
    """A name of `world.people`, "stranger" (no token), "browser" (a refresh cookie) or "newcomer" (registered for the request).
    Empty: "stranger" where the endpoint is public or takes its own token, otherwise the first role that may call it."""
    before: Callable[[ActContext], None] = no_steps
    """Steps that must be done before the request."""
    path: Callable[[ActContext], Json] = unchanged
    """Path values that differ from `world.ids`, for example of a new record for a request that works once per record."""
    body: Callable[[ActContext], Json] = unchanged
    """Members that differ from the contract's example."""
    query: str = ""
    """The required query of a read; `{patient_id}` stands for that id of `world.ids`."""
    finds: str = ""
    """The query that puts the patient of `world` on the first page of a list of all people."""
    read_back: Mapping[str, str] = field(default_factory=dict)
    """Paths that return the sent text, by person, with values of `world.ids` and of the answer."""
    only_read_back: tuple[str, ...] = ()
    """Text members that the answer does not contain, but the record at `read_back` does."""
    one_of: tuple[str, ...] = ()
    """Text members that exclude each other."""
    fixed: tuple[str, ...] = ()
    """Text members that take listed values only, or may not be changed by this person."""
    race: Race | None = None
    """Required for a versioned record."""
    mark: Mark | None = None
    """Set for acts that are repeated while services restart."""
    no_patient: str = ""
    """The reason why the audit event names no patient, where its answer or its path does not name one either."""
    counts_attempts: bool = False
    """Whether the attempt is counted in a separate transaction before the change."""

    @property
    def endpoint(self) -> Endpoint[..., Any]:
        return BY_NAME[self.name]

    def query_of(self, ids: Mapping[str, Any]) -> str:
        """Return the required query with these ids."""
        return self.query.format(**ids)

    @property
    def caller(self) -> str:
        return self.person or first_person(self.endpoint)


def first_person(endpoint: Endpoint[..., Any]) -> str:
    """Return the person of `world` with the first role that may call, or "stranger" where no account may."""
    return (
        "stranger" if endpoint.public or endpoint.takes_own_token else next(role.value for role in Role if endpoint.admits(role))
    )
