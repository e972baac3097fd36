"""Confirmations: the proof that an e-mail address belongs to the person that registered with it."""

from typing import Annotated

from pydantic import Field, StringConstraints

from careplus_contracts.accounts import TooManyAttempts
from careplus_contracts.endpoints import EVERYONE, SIGNED_IN, Contract
from careplus_contracts.refusals import Refusal
from careplus_contracts.values import Answer, Body

api = Contract(service="auth", tag="confirmations")

ConfirmationCode = Annotated[str, StringConstraints(min_length=8, max_length=128, pattern=r"^[A-Za-z0-9_-]+$")]


class ConfirmEmail(Body):
    code: ConfirmationCode


class EmailConfirmation(Answer):
    confirmed: bool
    sends_mail: bool = Field(description="Whether mails leave this hospital: without a mail server no address can be confirmed.")


class InvalidConfirmationCode(Refusal):
    """This link was used, has expired or is not valid.

    Sign in and ask for another mail.
    """

    status = 403


@api.post(
    "/auth/email/confirm",
    roles=EVERYONE,
    status=204,
    refuses=(InvalidConfirmationCode, TooManyAttempts),
    example={"code": "q0Zk3tYw1nB8sVd5xLr7cHj2"},
)
async def confirm_email(body: ConfirmEmail) -> None:
    """Confirm an e-mail address with the code of the mail. It works once, for three days, without a sign-in."""


@api.get("/auth/email/confirmation", roles=SIGNED_IN)
async def show_confirmation() -> EmailConfirmation:
    """Read whether your e-mail address is confirmed, and whether it can be."""


@api.post(
    "/auth/email/confirmation",
    roles=SIGNED_IN,
    status=204,
    refuses=(TooManyAttempts,),
)
async def send_confirmation() -> None:
    """Request another mail with a link that confirms your e-mail address; the link of the last mail stops working.

    A confirmed address gets no mail. Until it is confirmed, an address gets this mail, the mail for a new password and
    invitations, but no other.
    """
