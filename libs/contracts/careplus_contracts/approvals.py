"""Approvals: one administrator asks for a new staff account or role, and another administrator approves or declines it."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from careplus_contracts.endpoints import Contract, Role
from careplus_contracts.handovers import WorkWaits
from careplus_contracts.invitations import NewInvitation, WaitsFor
from careplus_contracts.people import OwnAccount, OwnsRecord
from careplus_contracts.refusals import NotFound, Refusal
from careplus_contracts.values import Answer, Body, Email, Id, Instant, Justification, Page, PageFilter, Person

api = Contract(service="auth", tag="approvals")


class ApprovalKind(StrEnum):
    """`invitation` creates an account; `role` changes the role of an account."""

    INVITATION = "invitation"
    ROLE = "role"


class ApprovalState(StrEnum):
    """`waiting` waits for another administrator; the others are final. `withdrawn`: the same administrator asked again."""

    WAITING = "waiting"
    APPROVED = "approved"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


class Approval(Answer):
    """What one administrator asked for and another one decides."""

    id: Id
    kind: ApprovalKind
    account: Person
    email: Email | None
    role: Role = Field(description="The role that the account gets by the approval.")
    asked_by: Person
    asked_at: Instant
    waits_for: WaitsFor
    state: ApprovalState
    decided_by: Person | None
    decided_at: Instant | None
    reason: str | None = Field(description="Why it was declined.")


class DecidedApproval(Approval):
    """The approval, and the invitation's code, which is shown only once."""

    invitation: NewInvitation | None = Field(description="Null: the role of an account has changed, and no code is needed.")


class Approvals(Page[Approval]):
    """Approvals, newest first."""


class ApprovalFilter(PageFilter):
    waiting: Annotated[bool | None, Field(description="Only the ones that wait, or only those that are decided.")] = None


class DeclineApproval(Body):
    reason: Justification = Field(description="For the administrators; each of them can read it.")


class OwnRequest(Refusal):
    """You asked for this account or role yourself.

    Another administrator approves or declines it.
    """

    status = 409


class AlreadyDecided(Refusal):
    """This was approved, declined or withdrawn before.

    Read the list again; ask again if the account or role is still needed.
    """

    status = 409
    state: ApprovalState


@api.get("/api/admin/approvals", roles={Role.ADMIN})
async def list_approvals(query: ApprovalFilter) -> Approvals:
    """List the staff accounts and roles that wait for another administrator, and the decided ones, newest first."""


@api.post(
    "/api/admin/approvals/{approval_id}/approve",
    roles={Role.ADMIN},
    status=200,
    refuses=(NotFound, OwnRequest, OwnAccount, AlreadyDecided, OwnsRecord, WorkWaits),
)
async def approve_account(approval_id: Id) -> DecidedApproval:
    """Approve a staff account or a role that another administrator asked for.

    An invitation gets its code, and its mail goes out; it is valid from now on. A role is changed at once, and the sessions of
    the account end. A doctor who changes to another role hands the work over to the colleague that was named; `work_waits` where
    that colleague has left meanwhile.

    Administrators decide nothing about their own account: `own_account`.
    """


@api.post(
    "/api/admin/approvals/{approval_id}/decline",
    roles={Role.ADMIN},
    status=200,
    refuses=(NotFound, OwnRequest, OwnAccount, AlreadyDecided),
    example={"reason": "Nobody in the department knows this person."},
)
async def decline_approval(approval_id: Id, body: DeclineApproval) -> Approval:
    """Decline a staff account or a role that another administrator asked for.

    The account of an invitation stays closed and without a password; a later invitation can have its address. A role stays as it
    is.
    """
