"""People: all accounts, for administrators."""

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from careplus_contracts.accounts import Account
from careplus_contracts.endpoints import Contract, Role
from careplus_contracts.refusals import NotFound, Refusal
from careplus_contracts.values import Body, Id, Page, PageFilter, Query

api = Contract(service="auth", tag="people")


def _not_a_number(value: Any) -> Any:
    # 0 equals False and would pass as it
    if isinstance(value, int) and not isinstance(value, bool):
        raise ValueError("send false, or leave it out")
    return value


class Accounts(Page[Account]):
    """Accounts by name."""


class AccountFilter(PageFilter):
    q: Query | None = None
    role: Role | None = None
    active: bool | None = None


class UpdateAccount(Body):
    role: Role
    active: bool
    second_factor: Annotated[Literal[False], BeforeValidator(_not_a_number)] | None = Field(
        default=None, description="`false` switches it off for a person who lost it; only the account's owner can switch it on."
    )


class OwnAccount(Refusal):
    """Administrators cannot deactivate or demote themselves, or switch their own second factor off here.

    Ask another administrator; switch your own second factor off in your account.
    """

    status = 409


@api.get("/api/admin/accounts", roles={Role.ADMIN})
async def list_accounts(query: AccountFilter) -> Accounts:
    """List all accounts by name; `q` searches names and e-mail addresses."""


@api.get("/api/admin/accounts/{account_id}", roles={Role.ADMIN}, refuses=(NotFound,))
async def show_account(account_id: Id) -> Account:
    """Read an account."""


@api.put(
    "/api/admin/accounts/{account_id}",
    roles={Role.ADMIN},
    refuses=(NotFound, OwnAccount),
    versioned=True,
    example={"role": "patient", "active": True},
)
async def update_account(account_id: Id, body: UpdateAccount) -> Account:
    """Change the role of an account, activate or deactivate it, or switch its second factor off.

    Each of these changes ends all sessions of the account, on every service within a second. An inactive account cannot sign
    in, and its doctor is neither found nor booked; booked visits stay booked until reception moves them.
    """
