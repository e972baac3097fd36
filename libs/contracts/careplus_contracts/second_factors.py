"""Second factor: codes of an authenticator app (TOTP, RFC 6238) beside the password, and recovery codes."""

from pydantic import Field

from careplus_contracts.accounts import Otp, TooManyAttempts
from careplus_contracts.endpoints import SIGNED_IN, Contract
from careplus_contracts.passwords import CurrentPassword, WrongPassword
from careplus_contracts.refusals import Refusal
from careplus_contracts.values import Answer, Body

api = Contract(service="auth", tag="second factor")


class PrepareSecondFactor(Body):
    password: CurrentPassword


class ConfirmSecondFactor(Body):
    otp: Otp


class PreparedSecondFactor(Answer):
    secret: str = Field(description="Base32, for typing into an app.", examples=["JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"])
    uri: str = Field(description="`otpauth://…`, what the QR code says.")
    qr: list[str] = Field(description="The QR code: a row a line, `1` dark and `0` light, with its quiet zone.")


class RecoveryCodes(Answer):
    codes: list[str] = Field(description="Shown this once; each works once, where `otp` is asked for.")


class SecondFactorOn(Refusal):
    """There is a second factor already."""

    status = 409


class SecondFactorMissing(Refusal):
    """There is no second factor to do this with."""

    status = 409


class WrongOtp(Refusal):
    """That code is wrong, too old or was used already."""

    status = 403


class FreshSignInRequired(Refusal):
    """This needs a sign-in with a code of the second factor in the last five minutes."""

    status = 403


@api.post(
    "/auth/mfa",
    roles=SIGNED_IN,
    refuses=(WrongPassword, SecondFactorOn, TooManyAttempts),
    example={"password": "an-old-quiet-heron"},
)
async def prepare_second_factor(body: PrepareSecondFactor) -> PreparedSecondFactor:
    """Make a secret for your authenticator app. Nothing is asked for at sign-in until you confirm it with a code.

    Asked again before that, it makes another secret.
    """


@api.post(
    "/auth/mfa/confirm",
    roles=SIGNED_IN,
    status=200,
    refuses=(WrongOtp, SecondFactorOn, SecondFactorMissing, TooManyAttempts),
    example={"otp": "492039"},
)
async def confirm_second_factor(body: ConfirmSecondFactor) -> RecoveryCodes:
    """Switch the second factor on with the first code of your app. Answers ten recovery codes, and tells you by mail."""


@api.delete("/auth/mfa", roles=SIGNED_IN, refuses=(FreshSignInRequired, SecondFactorMissing))
async def remove_second_factor() -> None:
    """Switch the second factor off, and tell you by mail.

    The proof is a fresh sign-in: send the access token of a session that was opened with password and `otp` (or a recovery
    code) less than five minutes ago.
    """
