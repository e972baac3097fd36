"""Passwords: change your own, or choose a new one with a link that is sent by mail."""

from typing import Annotated

from pydantic import StringConstraints

from careplus_contracts.accounts import Password, TooManyAttempts, WeakPassword
from careplus_contracts.endpoints import EVERYONE, SIGNED_IN, Contract
from careplus_contracts.refusals import Refusal
from careplus_contracts.values import Body, Email

api = Contract(service="auth", tag="passwords")

CurrentPassword = Annotated[str, StringConstraints(max_length=1024)]
ResetCode = Annotated[str, StringConstraints(min_length=8, max_length=128, pattern=r"^[A-Za-z0-9_-]+$")]


class ChangePassword(Body):
    current_password: CurrentPassword
    new_password: Password


class ForgotPassword(Body):
    email: Email


class ResetPassword(Body):
    code: ResetCode
    new_password: Password


class WrongPassword(Refusal):
    """That is not your current password.

    Send the password that you sign in with now.
    """

    status = 403


class InvalidResetCode(Refusal):
    """This link was used, has expired or is not valid.

    Ask for another link.
    """

    status = 403


@api.post(
    "/auth/password",
    roles=SIGNED_IN,
    status=204,
    while_enrolling=True,
    refuses=(WrongPassword, WeakPassword, TooManyAttempts),
    example={"current_password": "an-old-quiet-heron", "new_password": "nine-loud-kestrels"},
)
async def change_password(body: ChangePassword) -> None:
    """Change your password. All of your other sessions end, and you get a mail about it."""


@api.post(
    "/auth/password/forgot",
    roles=EVERYONE,
    status=204,
    refuses=(TooManyAttempts,),
    example={"email": "noor@example.org"},
)
async def forgot_password(body: ForgotPassword) -> None:
    """Request a mail with a link for choosing a new password; the link works once, within an hour.

    The answer is the same with and without an account of this address.
    """


@api.post(
    "/auth/password/reset",
    roles=EVERYONE,
    status=204,
    refuses=(InvalidResetCode, WeakPassword, TooManyAttempts),
    example={"code": "q0Zk3tYw1nB8sVd5xLr7cHj2", "new_password": "nine-loud-kestrels"},
)
async def reset_password(body: ResetPassword) -> None:
    """Choose a new password with the code of the mail. All of your sessions end; sign in afterwards."""
