"""Rules of auth: lifetimes, backoff of attempts, allowed origins, one-time codes. Pure functions."""

import hmac
import re
from collections.abc import Callable, Container
from dataclasses import dataclass
from datetime import datetime, timedelta

from careplus_contracts.accounts import AccountInactive, Register
from careplus_contracts.approvals import OwnRequest
from careplus_contracts.consents import PRIVACY_NOTICE, ConsentRequired, GiveConsent
from careplus_contracts.endpoints import Role
from careplus_contracts.people import EmailUnconfirmed, NotAccepted, OwnAccount, RecordMerged, UpdateAccount
from careplus_contracts.refusals import FieldError, Malformed, Unauthenticated
from careplus_contracts.second_factors import FreshSignInRequired

INVITATION_LIFETIME = timedelta(days=7)
PREDECESSOR_LIFETIME = timedelta(seconds=10)
"""A used refresh token still returns its successor for this long: two tabs, or a lost response."""

RESET_LIFETIME = timedelta(hours=1)
CONFIRMATION_LIFETIME = timedelta(days=3)
STEP_S = 30
MAIL_ATTEMPTS = 12
FRESH_SIGN_IN_LIFETIME = timedelta(minutes=5)
RECENT_SIGN_IN = timedelta(minutes=10)
"""An administrator that signed in longer ago types the password before a sensitive change of an account."""
WARNING_INTERVAL = timedelta(hours=1)
"""The owner of an account gets at most one mail about wrong codes in this time."""
CHALLENGE_LIFETIME = timedelta(minutes=5)
"""A passkey answers a challenge within this time."""
PASSKEY_TIMEOUT_MS = 4 * 60 * 1000
"""A browser gives up before the challenge expires: a late answer would count as a wrong one."""


@dataclass(frozen=True)
class ClientDevice:
    """Browser and address that a session was last used with."""

    user_agent: str | None
    address: str | None


@dataclass(frozen=True)
class Backoff:
    """Exponential backoff: no delay for `free_attempts`, then delays that double up to `max_delay`.

    One attempt is forgotten every `recovery_interval`.
    """

    free_attempts: int
    max_delay: timedelta
    recovery_interval: timedelta

    def delay_after(self, tried: int) -> timedelta:
        """Return the delay after this many attempts."""
        if tried < self.free_attempts:
            return timedelta(0)
        return min(timedelta(seconds=2 ** min(tried - self.free_attempts, 20)), self.max_delay)

    def remaining(self, tried: int, since: timedelta) -> int:
        """Return how many of these attempts still count after a duration."""
        return max(0, tried - since // self.recovery_interval)

    def incremented(self, tried: int) -> int:
        """Count one more attempt, up to a cap, so that an attack does not slow its victim down for days."""
        return min(tried + 1, self.free_attempts + 16)


OWN = Backoff(free_attempts=5, max_delay=timedelta(minutes=5), recovery_interval=timedelta(minutes=5))
"""One account from one network, or from a known device."""
ACCOUNT = Backoff(free_attempts=50, max_delay=timedelta(minutes=1), recovery_interval=timedelta(minutes=5))
"""One account from all networks or known devices: distributed guessing is slow too."""
NETWORK = Backoff(free_attempts=200, max_delay=timedelta(minutes=1), recovery_interval=timedelta(seconds=30))
"""One network, all accounts. A whole clinic may share one address."""
REGISTER = Backoff(free_attempts=300, max_delay=timedelta(minutes=1), recovery_interval=timedelta(seconds=10))
FORGOT = Backoff(free_attempts=3, max_delay=timedelta(minutes=15), recovery_interval=timedelta(minutes=20))
"""Reset mails to one account, or confirmation mails. Links that were sent stay valid."""


def must_enrol(role: str, required: Container[str], *, has_factor: bool) -> bool:
    """Return whether an account of this role has to switch a second factor on before anything else."""
    return role in required and not has_factor


def session_limit(role: Role) -> timedelta:
    """Return how long a session lasts at most."""
    return timedelta(days=30) if role is Role.PATIENT else timedelta(hours=12)


def check_same_site(origin: str | None, custom: str | None, allowed: tuple[str, ...]) -> None:
    """Raise Unauthenticated unless the request comes from an allowed origin: the cookie alone could be sent by another site."""
    if custom != "1" or origin not in allowed:
        raise Unauthenticated("Refresh and logout are for this hospital's own pages: send Origin and X-CarePlus: 1.")


def check_open(active: bool) -> None:
    """Raise AccountInactive for a closed account. Call it after the password check: it reveals that the account exists."""
    if not active:
        raise AccountInactive("The hospital has closed this account. Please call if you need it.")


def check_stays_administrator(own_id: int, account_id: int, wanted: UpdateAccount) -> None:
    """Raise OwnAccount when administrators would demote or close their own account, or remove their own second factor."""
    if account_id != own_id:
        return
    if not (wanted.active and wanted.role is Role.ADMIN):
        raise OwnAccount("You cannot deactivate or demote yourself. Ask another administrator.")
    if wanted.second_factor is False:
        raise OwnAccount("Switch your own second factor off in your account, or ask another administrator.")


def needs_recent_sign_in(role: str, wanted: UpdateAccount, *, active: bool, second_factor: bool) -> bool:
    """Return whether a change closes an account, gives it a role of staff, or removes its second factor."""
    becomes_staff = wanted.role.value != role and wanted.role is not Role.PATIENT
    return (active and not wanted.active) or becomes_staff or (second_factor and wanted.second_factor is False)


def needs_approval(role: Role) -> bool:
    """Return whether a second administrator has to approve an account with this role: every role of staff."""
    return role is not Role.PATIENT


def check_accepted(password_hash: str | None, *, active: bool, wanted: bool) -> None:
    """Raise NotAccepted where a closed account without a password would be opened: it may have been declined."""
    if password_hash is None and wanted and not active:
        raise NotAccepted("Invite this person again.")


def check_not_merged(merged_into_id: int | None) -> None:
    """Raise RecordMerged for the record that a merge has closed: its entries are in the kept record."""
    if merged_into_id is not None:
        raise RecordMerged("Undo the merge to open this record again.")


def check_is_another(own_id: int, asked_by_id: int) -> None:
    """Raise OwnRequest when administrators would decide what they asked for themselves."""
    if own_id == asked_by_id:
        raise OwnRequest("You asked for this yourself. Another administrator approves or declines it.")


def check_may_have_role(role: Role, *, confirmed: bool) -> None:
    """Raise EmailUnconfirmed for staff without a confirmed address: anybody can register with the address of a colleague."""
    if role is not Role.PATIENT and not confirmed:
        raise EmailUnconfirmed("Ask the person to open the link in the mail to this address, or invite the person to the role.")


def check_patient_details(role: Role, body: Register) -> None:
    """Raise Malformed for a patient without date of birth or sex, ConsentRequired for one without consent."""
    missing = [name for name in ("date_of_birth", "sex") if getattr(body, name) is None]
    if role is Role.PATIENT and missing:
        errors = [FieldError(field=f"body.{name}", message="patients need it when they register") for name in missing]
        raise Malformed(f"{errors[0].field}: {errors[0].message}", errors=errors)
    if role is Role.PATIENT:
        check_consent(body.consent)


def check_consent(given: GiveConsent | None) -> None:
    """Raise ConsentRequired unless it is the agreement to the present privacy notice."""
    if given is None or given.text_version != PRIVACY_NOTICE:
        remedy = "Read the privacy notice at /privacy and send `consent` with its version and language."
        raise ConsentRequired(remedy, text_version=PRIVACY_NOTICE)


def is_acceptable(accepted_at: datetime | None, expires_at: datetime, now: datetime) -> bool:
    """Return whether an invitation is unused and has not expired."""
    return accepted_at is None and now < expires_at


def mail_retry_delay(attempts: int) -> timedelta | None:
    """Return the delay before the next attempt to send a mail, or None to give up, after about seven hours."""
    return min(timedelta(seconds=5 * 4**attempts), timedelta(hours=1)) if attempts < MAIL_ATTEMPTS else None


def normalize_code(code: str) -> str:
    """Return a typed code without spaces and dashes, in lower case."""
    return re.sub(r"[\s-]", "", code).casefold()


def matching_step(code_at: Callable[[int], str], otp: str, now_s: int, last_step: int | None) -> int | None:
    """Return the time step (RFC 6238, 30 s) that the code belongs to, or None.

    The current step and its two neighbours are accepted, and only steps after `last_step`, so that a code works once.
    """
    typed, current = normalize_code(otp), now_s // STEP_S
    steps = [step for step in (current, current - 1, current + 1) if last_step is None or step > last_step]
    fitting = [step for step in steps if hmac.compare_digest(code_at(step).encode(), typed.encode())]
    return fitting[0] if fitting else None


def is_warning_due(warned_at: datetime | None, now: datetime) -> bool:
    """Return whether the owner may get a mail about wrong codes again."""
    return warned_at is None or now - warned_at >= WARNING_INTERVAL


def check_fresh(with_second_factor: bool, created_at: datetime, now: datetime) -> None:
    """Raise FreshSignInRequired unless the session was opened with a second factor in the last five minutes."""
    if not with_second_factor or now - created_at > FRESH_SIGN_IN_LIFETIME:
        raise FreshSignInRequired("Sign in again with your password and a code or passkey, then repeat this within five minutes.")
