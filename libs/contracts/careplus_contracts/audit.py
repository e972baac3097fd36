"""Audit: access to patient data and every change of it. Administrators read all events, patients their own.

Checks of typed medicines and values (`check_prescription`, `preview_flags`) leave no event of their own.
"""

from enum import StrEnum

from pydantic import Field

from careplus_contracts.endpoints import Contract, Role
from careplus_contracts.values import Answer, Code, Filter, Id, Instant, Page, PageFilter, Person

api = Contract(service="auth", tag="audit")

MOST_LINES = 10_000
"""The most events in one file."""


CLOSE_UNCOLLECTED = "close_uncollected"
"""The laboratory closes a booking without a specimen; its event has no account."""
RELEASE_AFTER_DAYS = "release_after_days"
"""A result is released by the policy of its test; its event has no account."""
ESCALATE_CRITICAL = "escalate_critical"
"""Mails about an open critical result are queued; its event has no account."""
ACCEPT_AUDIT_HEAD = "accept_audit_head"
"""A command accepts the head of the audit chain that auth refused; its event has no account."""
ARCHIVE_AUDIT = "archive_audit"
"""A command moves old events into an archive file; its event has no account."""
EXPORT_RECORD = "export_record"
"""A command writes the record of one patient to a file; its event has no account."""
ERASE_RECORD = "erase_record"
"""A command removes what may not be kept about one patient; its event has no account."""
IMPORT_PERSON = "import_person"
"""A command makes the account of one row of a CSV file; its event has no account."""
ROTATE_KEYS = "rotate_keys"
"""A command encrypts second factors or mails with the newest secret; its event has no account."""
COUNT_ATTEMPTS = "count_attempts"
"""Attempts from one address on one account that were slowed down, such as guessed passwords, counted once a minute."""
COUNT_REFUSALS = "count_refusals"
"""Refused requests of one account beyond the most that have events of their own, counted once a minute."""
BACKGROUND_ACTIONS = (
    *(ACCEPT_AUDIT_HEAD, ARCHIVE_AUDIT, CLOSE_UNCOLLECTED, COUNT_ATTEMPTS, COUNT_REFUSALS, ESCALATE_CRITICAL),
    *(RELEASE_AFTER_DAYS, ERASE_RECORD, EXPORT_RECORD, IMPORT_PERSON, ROTATE_KEYS),
)
"""Actions of services and commands, beside the `operationId`s of requests."""


class Kind(StrEnum):
    """Whether the request read or changed data."""

    READ = "read"
    CHANGE = "change"


class AuditEvent(Answer):
    """One request that disclosed or changed something, or was refused (FHIR AuditEvent)."""

    id: Id
    at: Instant
    request_id: str = Field(description="The id of the request, as in the logs.")
    account: Person | None = Field(description="The account that acted; null: not signed in.")
    role: Role | None
    session_id: str | None
    address: str | None = Field(description="The network address that the request came from.")
    service: str
    action: str = Field(description="The `operationId` of the request.", examples=["show_chart"])
    kind: Kind
    object_id: str | None = Field(description="The id of the record, as in the path.")
    patients: list[Person] = Field(description="The patients concerned, at most 100.")
    outcome: str = Field(
        description="`ok`, or the `code` of the refusal. `refresh_reused` (a refresh token was sent twice) appears only here."
    )
    reason: str | None = Field(
        description="The reason for opening a chart without treating the patient, or the doctors of a handover, `Dr A → Dr B`."
    )
    members: list[str] = Field(description="Names of the members in the request body, never their values.")
    seal: Id | None = Field(description="Its number in the audit chain; null during its first second.")


class AuditEvents(Page[AuditEvent]):
    """Events, newest first."""


class Access(Answer):
    """One read or change of your record."""

    id: Id
    at: Instant
    by: Person | None
    role: Role | None
    action: str = Field(description="The `operationId` of the request.", examples=["show_chart"])
    kind: Kind
    reason: str | None = Field(
        description="A doctor's reason for opening the record without treating you, or the doctors of a handover, `Dr A → Dr B`."
    )


class Accesses(Page[Access]):
    """Accesses, newest first."""


class AuditFilter(Filter):
    from_: Instant | None = None
    to: Instant | None = None
    account_id: Id | None = None
    patient_id: Id | None = None
    action: Code | None = None
    outcome: Code | None = None


class Separator(StrEnum):
    """The character between the cells of a file."""

    COMMA = "comma"
    SEMICOLON = "semicolon"


class AuditFileFilter(AuditFilter):
    """The same, as a file. Spreadsheets in languages with a decimal comma, such as German, read a semicolon."""

    separator: Separator = Separator.COMMA


class AuditPageFilter(AuditFilter, PageFilter):
    """The same, page by page."""


@api.get("/api/admin/audit", roles={Role.ADMIN}, always_audited=True)
async def list_audit(query: AuditPageFilter) -> AuditEvents:
    """List audit events, newest first, from `from` on and before `to`, filtered by account, patient, action and outcome."""


@api.get("/api/admin/audit.csv", roles={Role.ADMIN}, media_type="text/csv", always_audited=True)
async def export_audit(query: AuditFileFilter) -> str:
    """Export the newest 10,000 of the same events as a file for spreadsheets (RFC 4180, with the wanted separator).

    A cell that a spreadsheet would read as a formula starts with an apostrophe.
    """


class AccessFilter(PageFilter):
    own: bool = False
    emergency: bool = Field(default=False, description="Only openings by doctors who were not treating you.")


@api.get("/api/me/access-log", roles={Role.PATIENT})
async def list_accesses(query: AccessFilter) -> Accesses:
    """List reads and changes of your record, newest first; with `own`, your own requests too."""
