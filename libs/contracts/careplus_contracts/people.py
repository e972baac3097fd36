"""People: all accounts, for administrators."""

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from careplus_contracts.accounts import ListedAccount, TooManyAttempts
from careplus_contracts.endpoints import Contract, Role
from careplus_contracts.handovers import WorkWaits
from careplus_contracts.invitations import ApprovalWaits, WaitsFor
from careplus_contracts.passwords import CurrentPassword, WrongPassword
from careplus_contracts.refusals import Malformed, NotFound, Refusal
from careplus_contracts.values import Body, Id, Page, PageFilter, Query

api = Contract(service="auth", tag="people")


def _not_a_number(value: Any) -> Any:
    # 0 equals False and would pass as it
    if isinstance(value, int) and not isinstance(value, bool):
        raise ValueError("send false, or leave it out")
    return value


class Accounts(Page[ListedAccount]):
    """Accounts by name."""


class AccountFilter(PageFilter):
    q: Query | None = None
    role: Role | None = None
    active: bool | None = None


class UpdateAccount(Body):
    role: Role
    active: bool
    second_factor: Annotated[Literal[False], BeforeValidator(_not_a_number)] | None = Field(
        default=None,
        description="`false` removes app and passkeys for a person who lost them; only the account's owner can add others.",
    )
    colleague_id: Id | None = Field(
        default=None, description="The doctor that takes over the work of a doctor whose account is closed or gets another role."
    )
    password: CurrentPassword | None = Field(
        default=None, description="Your own; some changes need it if you signed in more than ten minutes ago."
    )


class ManagedAccount(ListedAccount):
    """An account as administrators read it. It has its earlier role while a new one waits for another administrator."""

    waits_for: WaitsFor


class NotAccepted(Refusal):
    """The person has not accepted an invitation, so the account has no sign-in.

    Invite the person again: an accepted invitation opens the account.
    """

    status = 409


class PasswordRequired(Refusal):
    """This needs your own password, because you signed in more than ten minutes ago.

    Send it as `password` with the same request, where that has the member, or sign in again.
    """

    status = 403


class OwnAccount(Refusal):
    """Administrators cannot deactivate or demote themselves, or switch their own second factor off here.

    Ask another administrator; switch your own second factor off in your account.
    """

    status = 409


class OwnsRecord(Refusal):
    """This account has a patient's record, which stays with its owner.

    Invite the person to a second account with another address, such as the one at work. The patient's account stays as it is.
    """

    status = 409


class RecordMerged(Refusal):
    """The record was merged into another one of the same person.

    Open it again by undoing the merge, on the page of the merged record.
    """

    status = 409


class EmailUnconfirmed(Refusal):
    """The person has not confirmed the e-mail address of this account.

    Ask the person to open the link in the mail, or invite the person to the new role: the invitation proves the address.
    """

    status = 409


@api.get("/api/admin/accounts", roles={Role.ADMIN})
async def list_accounts(query: AccountFilter) -> Accounts:
    """List all accounts by name; `q` searches names, or a part of an e-mail address.

    A name matches with every word of `q`, in any order. Case, accents and the spelling of umlauts do not count: `mueller anna`
    finds Anna Müller. Names are sorted as pages show them, without titles before them; case and accents do not count.
    """


@api.get("/api/admin/accounts/{account_id}", roles={Role.ADMIN}, refuses=(NotFound,))
async def show_account(account_id: Id) -> ManagedAccount:
    """Read an account."""


@api.put(
    "/api/admin/accounts/{account_id}",
    roles={Role.ADMIN},
    refuses=(
        *(NotFound, OwnAccount, EmailUnconfirmed, ApprovalWaits, NotAccepted, OwnsRecord, RecordMerged, WorkWaits),
        *(PasswordRequired, WrongPassword, TooManyAttempts, Malformed),
    ),
    versioned=True,
    example={"role": "patient", "active": True},
)
async def update_account(account_id: Id, body: UpdateAccount) -> ManagedAccount:
    """Change the role of an account, activate or deactivate it, or switch its second factor off.

    Each of these changes ends all sessions of the account, on every service within a second. An inactive account cannot sign
    in, and its doctor is neither found nor booked; booked visits stay booked until reception moves them.

    Deactivating, a role of staff, and `second_factor` need a sign-in in the last ten minutes, or your own `password`. An account
    with a patient's record gets no role of staff.

    Where a mail server is set, an account with an unconfirmed address gets no role of staff.

    Where another administrator exists, a new role of staff waits until that administrator approves it: `approve_account`. The
    account keeps its role and its sessions until then. The other members of the body have their effect at once. Nobody
    approves a role of their own account: a role of the only other administrator changes at once. An account whose invitation
    waits is refused with `approval_waits`. A closed account whose invitation was never accepted is not activated here, but by a
    new invitation, which needs that approval again.

    A doctor with open work is refused with `work_waits` until `colleague_id` names a doctor with an active account, who does that
    work from then on: also results that the laboratory verifies later, and work that this doctor took over before. A hospital
    without another doctor closes the account, and the work is listed as without an owner. Send the request again with another
    `colleague_id` to hand the work to another doctor. Making the account a doctor's again gives the work back.
    """
