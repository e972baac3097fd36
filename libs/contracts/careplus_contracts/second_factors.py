"""Second factor: codes of an authenticator app (TOTP, RFC 6238) in addition to the password, and recovery codes.

Passkeys are another second factor: `careplus_contracts.passkeys`.
"""

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
    uri: str = Field(description="`otpauth://…`, the content of the QR code.")
    qr: list[str] = Field(description="The QR code: one text for each row, `1` dark and `0` light, with its quiet zone.")


class RecoveryCodes(Answer):
    codes: list[str] = Field(
        description="Shown only once; each works once, as `otp`. None where the account had a passkey before, and so has codes."
    )


class SecondFactorOn(Refusal):
    """An authenticator app is on already.

    Switch it off first, for another app or device.
    """

    status = 409


class SecondFactorMissing(Refusal):
    """No second factor is prepared or on.

    Prepare one first with the password.
    """

    status = 409


class WrongOtp(Refusal):
    """That code is wrong, too old or was used already.

    Send the code that the app shows now; each works once.
    """

    status = 403


class FreshSignInRequired(Refusal):
    """This needs a sign-in with the second factor in the last five minutes.

    Sign in again with the password and a code or a passkey, then repeat the request within five minutes.
    """

    status = 403


@api.post(
    "/auth/mfa",
    roles=SIGNED_IN,
    while_enrolling=True,
    refuses=(WrongPassword, FreshSignInRequired, SecondFactorOn, TooManyAttempts),
    example={"password": "an-old-quiet-heron"},
)
async def prepare_second_factor(body: PrepareSecondFactor) -> PreparedSecondFactor:
    """Create a secret for your authenticator app. Sign-in does not need a code until you confirm the secret with one.

    Another request before the confirmation replaces the secret. An account with a passkey needs a fresh sign-in, as for
    `remove_second_factor`.
    """


@api.post(
    "/auth/mfa/confirm",
    roles=SIGNED_IN,
    while_enrolling=True,
    status=200,
    refuses=(WrongOtp, SecondFactorOn, SecondFactorMissing, TooManyAttempts),
    example={"otp": "492039"},
)
async def confirm_second_factor(body: ConfirmSecondFactor) -> RecoveryCodes:
    """Switch the app on with its first code. You get a mail about it.

    The first second factor of an account ends its other sessions and gives ten recovery codes.
    """


@api.delete("/auth/mfa", roles=SIGNED_IN, refuses=(FreshSignInRequired, SecondFactorMissing))
async def remove_second_factor() -> None:
    """Remove the authenticator app. You get a mail about it. Without a passkey this switches the second factor off.

    It requires a fresh sign-in: send the access token of a session that was opened with password and `otp` (or a recovery
    code) or `passkey` less than five minutes ago.
    """
