"""Audit: who looked at or changed whose data. For administrators all of it, for patients what concerns them."""

from enum import StrEnum

from pydantic import Field

from careplus_contracts.endpoints import Contract, Role
from careplus_contracts.values import Answer, Code, Cursor, Id, Instant, Limit, Page, Person

api = Contract(service="auth", tag="audit")

MOST_LINES = 10_000
"""So many events are in a file at most."""


class Kind(StrEnum):
    """Whether something was only shown, or was to be changed."""

    READ = "read"
    CHANGE = "change"


class AuditEvent(Answer):
    """One request that disclosed or changed something, or was refused (FHIR AuditEvent)."""

    id: Id
    at: Instant
    request_id: str = Field(description="Stands in the logs too.")
    account: Person | None = Field(description="Who did it; null: somebody who was not signed in.")
    role: Role | None
    session_id: str | None
    address: str | None = Field(description="The network address that the request came from.")
    service: str
    action: str = Field(description="The `operationId` of what was asked for.", examples=["show_chart"])
    kind: Kind
    object_id: str | None = Field(description="Of the record, as the path names it.")
    patients: list[Person] = Field(description="Whom it concerns; at most 100.")
    outcome: str = Field(
        description="`ok`, or the `code` of the refusal. No answer tells `refresh_reused`: a refresh token came a second time."
    )
    reason: str | None = Field(description="Why a chart was opened without treating the patient.")
    members: list[str] = Field(description="Names of the members that were sent, never their values.")
    seal: Id | None = Field(description="Its number in the sealed chain; null during its first second.")


class AuditEvents(Page[AuditEvent]):
    """Events, newest first."""


class Access(Answer):
    """One look at your record, or change of it."""

    id: Id
    at: Instant
    by: Person | None
    role: Role | None
    action: str = Field(description="The `operationId` of what was done.", examples=["show_chart"])
    kind: Kind
    reason: str | None = Field(description="Given by a doctor who opened the record without treating you.")


class Accesses(Page[Access]):
    """Newest first."""


@api.get("/api/admin/audit", roles={Role.ADMIN}, always_audited=True)
async def list_audit(
    from_: Instant | None = None,
    to: Instant | None = None,
    account_id: Id | None = None,
    patient_id: Id | None = None,
    action: Code | None = None,
    outcome: Code | None = None,
    limit: Limit = 20,
    cursor: Cursor | None = None,
) -> AuditEvents:
    """The audit trail, newest first: from `from` on and before `to`, by whom, about whom, what, and how it ended."""


@api.get("/api/admin/audit.csv", roles={Role.ADMIN}, media_type="text/csv", always_audited=True)
async def export_audit(
    from_: Instant | None = None,
    to: Instant | None = None,
    account_id: Id | None = None,
    patient_id: Id | None = None,
    action: Code | None = None,
    outcome: Code | None = None,
) -> str:
    """The newest 10,000 of the same events as a file for spreadsheets (RFC 4180).

    What a spreadsheet would take for a formula has an apostrophe before it.
    """


@api.get("/api/me/access-log", roles={Role.PATIENT})
async def list_accesses(own: bool = False, limit: Limit = 20, cursor: Cursor | None = None) -> Accesses:
    """Who looked at your record or changed it, newest first; with `own` what you did yourself too."""
