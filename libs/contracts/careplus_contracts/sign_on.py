"""Sign-on: staff sign in at the hospital's identity provider (OpenID Connect, authorization code flow with PKCE)."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field, StringConstraints

from careplus_contracts.accounts import AccountInactive, Tokens, TooManyAttempts
from careplus_contracts.endpoints import EVERYONE, Contract, Role
from careplus_contracts.people import PasswordRequired
from careplus_contracts.refusals import NotFound, Refusal, Unauthenticated, Unavailable
from careplus_contracts.values import Answer, Body, Id

api = Contract(service="auth", tag="sign-on")

AuthorizationCode = Annotated[str, StringConstraints(min_length=1, max_length=4000, pattern=r"^[!-~]+$")]
State = Annotated[str, StringConstraints(min_length=43, max_length=43, pattern=r"^[A-Za-z0-9_-]+$")]
Issuer = Annotated[str, StringConstraints(max_length=500, pattern=r"^https?://[!-~]+$")]


class SignOnStart(Answer):
    url: str = Field(
        description="The address at the identity provider; open it in the browser that got this answer, within ten minutes.",
        examples=["https://id.example.org/authorize?client_id=careplus"],
    )


class SignOn(Body):
    """The parameters with which the identity provider sent the browser back."""

    code: AuthorizationCode
    state: State
    iss: Issuer | None = Field(default=None, description="The issuer, where the provider names it (RFC 9207).")


class SignOnCause(StrEnum):
    """Why a person that the identity provider knows is not signed in."""

    NO_ACCOUNT = "no_account"
    EMAIL_UNVERIFIED = "email_unverified"
    OTHER_IDENTITY = "other_identity"
    ROLE = "role"
    SECOND_FACTOR = "second_factor"


class SignOnUnavailable(Unavailable):
    """The hospital's sign-on does not answer, or there is none.

    Sign in with e-mail and password, or try again in a minute.
    """

    status = 503
    retry_after = 10


class SignOnFailed(Refusal):
    """This sign-on cannot be completed.

    Start it again in the same browser: each one works once, for ten minutes.
    """

    status = 403


class SignOnRefused(Refusal):
    """The identity provider knows this person, but no account is signed in.

    `cause` names the reason; an administrator of the hospital can help. Sign-in with e-mail and password is still possible.
    """

    status = 403
    cause: SignOnCause


@api.post(
    "/auth/oidc/start",
    roles=EVERYONE,
    status=200,
    essential=True,
    sets_cookie=True,
    own_pages=True,
    refuses=(SignOnUnavailable, Unauthenticated),
    not_idempotent_because="each start belongs to one browser, by its cookie",
    not_audited_because="no account is known before the sign-on ends, which is audited",
)
async def start_sign_on() -> SignOnStart:
    """Start a sign-on at the hospital's identity provider, where `Config.sign_on` names one.

    The answer sets a cookie that binds the sign-on to this browser for ten minutes. Requires the portals' own `Origin`, to which
    the provider sends the browser back (`/sign-in`), and `X-CarePlus: 1`.
    """


@api.post(
    "/auth/oidc/callback",
    roles=EVERYONE,
    status=200,
    essential=True,
    sets_cookie=True,
    own_pages=True,
    refuses=(SignOnUnavailable, SignOnFailed, SignOnRefused, AccountInactive, TooManyAttempts, Unauthenticated),
    not_idempotent_because="a code works once, and tokens are never stored",
    example={"code": "fX3vN0pQ", "state": "q0Zk3tYw1nB8sVd5xLr7cHj2q0Zk3tYw1nB8sVd5xLr"},
)
async def sign_on(body: SignOn) -> Tokens:
    """Complete a sign-on: exchange the provider's code for an access token of CarePlus, and set the refresh cookie.

    Only staff sign in this way. The first sign-on links the identity at the provider to the staff account, or to the open
    invitation, with the same e-mail address, which the provider must have verified; later ones find the account by that identity
    alone. The provider must name a group for the role of the account, and a second factor where the role needs one or the
    account has one.
    """


@api.delete("/api/admin/accounts/{account_id}/identity", roles={Role.ADMIN}, refuses=(NotFound, PasswordRequired))
async def remove_identity(account_id: Id) -> None:
    """Remove the identity of an account at the hospital's identity provider, for example after it was created anew there.

    The next sign-on links the account by its e-mail address again. Sessions stay open. Needs a sign-in of the administrator in
    the last ten minutes.
    """
