"""Rules of auth: lifetimes, backoff of attempts, allowed origins, one-time codes. Pure functions."""

import hmac
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from careplus_contracts.accounts import AccountInactive, Register
from careplus_contracts.endpoints import Role
from careplus_contracts.people import OwnAccount, UpdateAccount
from careplus_contracts.refusals import FieldError, Malformed, Unauthenticated
from careplus_contracts.second_factors import FreshSignInRequired

INVITATION_LIFETIME = timedelta(days=7)
PREDECESSOR_LIFETIME = timedelta(seconds=10)
"""A used refresh token still returns its successor for this long: two tabs, or a lost response."""

RESET_LIFETIME = timedelta(hours=1)
STEP_S = 30
MAIL_ATTEMPTS = 12
FRESH_SIGN_IN_LIFETIME = timedelta(minutes=5)
BROWSERS = {"Edg": "Edge", "OPR": "Opera", "Firefox": "Firefox", "Chrome": "Chrome", "Safari": "Safari"}
"""User-agent token to name. The order matters: Edge also says Chrome, and Chrome also says Safari."""
SYSTEMS = {"Android": "Android", "iPhone": "iPhone", "iPad": "iPad", "Windows": "Windows", "Mac OS X": "macOS", "Linux": "Linux"}


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
"""Reset mails to one account. Links that were sent stay valid."""


def idle_limit(role: Role) -> timedelta:
    """Return how long a session may stay unused."""
    return timedelta(days=7) if role is Role.PATIENT else timedelta(minutes=30)


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


def check_patient_details(role: Role, body: Register) -> None:
    """Raise Malformed for a patient without date of birth or sex."""
    missing = [name for name in ("date_of_birth", "sex") if getattr(body, name) is None]
    if role is Role.PATIENT and missing:
        errors = [FieldError(field=f"body.{name}", message="patients need it when they register") for name in missing]
        raise Malformed(f"{errors[0].field}: {errors[0].message}", errors=errors)


def is_acceptable(accepted_at: datetime | None, expires_at: datetime, now: datetime) -> bool:
    """Return whether an invitation is unused and has not expired."""
    return accepted_at is None and now < expires_at


def describe_user_agent(user_agent: str | None) -> str | None:
    """Return browser and system in plain words, `Firefox on Linux`, or a program's name, `curl`."""
    user_agent_text = user_agent or ""
    browser = next(
        (name for mark, name in BROWSERS.items() if f"{mark}/" in user_agent_text or f"{mark}A/" in user_agent_text), None
    )
    system = next((name for mark, name in SYSTEMS.items() if mark in user_agent_text), None)
    if browser and system:
        return f"{browser} on {system}"
    program = re.match(r"[A-Za-z][A-Za-z0-9 ._-]{0,39}", user_agent_text)
    return browser or (program[0].strip() if program else None)


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


def check_fresh(with_second_factor: bool, created_at: datetime, now: datetime) -> None:
    """Raise FreshSignInRequired unless the session was opened with a second factor in the last five minutes."""
    if not with_second_factor or now - created_at > FRESH_SIGN_IN_LIFETIME:
        raise FreshSignInRequired("Sign in again with your password and a code, then repeat this within five minutes.")
