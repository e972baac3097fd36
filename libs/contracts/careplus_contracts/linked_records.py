"""Linked records: one person is both staff and patient, with two accounts and one sign-in."""

from typing import Annotated

from pydantic import Field

from careplus_contracts.accounts import AccountInactive, Login, OtpRequired, Side, Tokens, TooManyAttempts
from careplus_contracts.endpoints import EVERYONE, SIGNED_IN, Contract, Role
from careplus_contracts.refusals import NotFound, Refusal, Unauthenticated
from careplus_contracts.values import Answer, Body, Instant, Person

api = Contract(service="auth", tag="linked records")


class LinkRecord(Login):
    """The sign-in to the own record: e-mail, password and the second factor, if the record has one."""


class LinkedRecord(Answer):
    work: Annotated[Person, Field(description="The work account.")]
    record: Annotated[Person, Field(description="The patient's account of the same person.")]
    linked_at: Instant


class ShownLink(Answer):
    """The caller's link, from either account."""

    linked: LinkedRecord | None


class SwitchSide(Body):
    to: Side


class RecordCredentials(Refusal):
    """That e-mail and password do not belong to a record.

    Send those that you sign in to your own record with. Without them ask reception for an invitation to your record.
    """

    status = 403


class RecordFactorRequired(OtpRequired):
    """The record needs its second factor.

    Send the password again with `otp`, a code of the record's authenticator app or a recovery code, or with `passkey`, the answer
    of a passkey to this request.
    """

    status = 403


class AlreadyLinked(Refusal):
    """One of the two accounts is linked already.

    Unlink it first: an account has one link.
    """

    status = 409


class NoOtherSide(Refusal):
    """This sign-in has no other side.

    Sign in to the work account, and link the own record in it.
    """

    status = 409


@api.get("/auth/me/record", roles=SIGNED_IN)
async def show_link() -> ShownLink:
    """Read the link between your work account and your own record."""


@api.post(
    "/auth/me/record",
    roles=SIGNED_IN - {Role.PATIENT},
    refuses=(RecordCredentials, RecordFactorRequired, AccountInactive, AlreadyLinked, TooManyAttempts),
    not_idempotent_because="a code and a passkey's answer work once",
    example={"email": "noor@example.org", "password": "seven-quiet-herons"},
)
async def link_record(body: LinkRecord) -> LinkedRecord:
    """Link your own record to your work account, by a sign-in to the record that opens no session.

    From then on a sign-in to the work account opens either, one at a time: `switch_side`. The record keeps its own sign-in, and
    its owner gets a mail. Wrong passwords are counted with those of the record's own sign-in.
    """


@api.delete("/auth/me/record", roles=SIGNED_IN, refuses=(NotFound,))
async def unlink_record() -> None:
    """Remove the link, from either account. Sessions of the record that were opened from the work account end."""


@api.post(
    "/auth/switch",
    essential=True,
    sets_cookie=True,
    needs_cookie=True,
    roles=EVERYONE,
    status=200,
    refuses=(Unauthenticated, NoOtherSide),
    not_idempotent_because="tokens are never stored; for some seconds the same cookie gets the same tokens",
    example={"to": "record"},
)
async def switch_side(body: SwitchSide) -> Tokens:
    """Exchange the refresh cookie of the work account for one of the own record, or back within the same sign-in.

    The new token has the other account and its role alone, never both. The session of the record ends with that of the work
    account, at the latest, and may stay idle as long as that. Signing out ends both. `to` the present side renews the token.
    Requires the same two headers as refresh.
    """
