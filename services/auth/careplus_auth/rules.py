"""How long things last, how fast one may try, and whose page may use the refresh cookie. Nothing here touches a database."""

import hmac
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from careplus_contracts.accounts import AccountInactive
from careplus_contracts.endpoints import Role
from careplus_contracts.people import OwnAccount, UpdateAccount
from careplus_contracts.refusals import Unauthenticated
from careplus_contracts.second_factors import FreshSignInRequired

INVITATION_LASTS = timedelta(days=7)
PREDECESSOR_LASTS = timedelta(seconds=10)
"""A used refresh token still gets its successor for so long: two tabs, or an answer that was lost on the way."""

RESET_LASTS = timedelta(hours=1)
STEP_S = 30
MAIL_ATTEMPTS = 12
FRESH_LASTS = timedelta(minutes=5)
BROWSERS = {"Edg": "Edge", "OPR": "Opera", "Firefox": "Firefox", "Chrome": "Chrome", "Safari": "Safari"}
"""By what they say; each says what those after it say, too."""
SYSTEMS = {"Android": "Android", "iPhone": "iPhone", "iPad": "iPad", "Windows": "Windows", "Mac OS X": "macOS", "Linux": "Linux"}


@dataclass(frozen=True)
class Device:
    """What a session is used with."""

    user_agent: str | None
    address: str | None


@dataclass(frozen=True)
class Pace:
    """How fast one may try: `free` times at once, then after pauses that double up to `longest`.

    One try is forgotten each `recovers`.
    """

    free: int
    longest: timedelta
    recovers: timedelta

    def pause(self, tried: int) -> timedelta:
        """How long to wait after so many tries."""
        return timedelta(0) if tried < self.free else min(timedelta(seconds=2 ** min(tried - self.free, 20)), self.longest)

    def left(self, tried: int, since: timedelta) -> int:
        """How many of these tries still count after a while."""
        return max(0, tried - since // self.recovers)

    def counted(self, tried: int) -> int:
        """One more; not without end, so that whoever is attacked is not slowed down for days after it."""
        return min(tried + 1, self.free + 16)


OWN = Pace(free=5, longest=timedelta(minutes=5), recovers=timedelta(minutes=5))
"""One account from one address, or from a device that it signed in from before."""
ACCOUNT = Pace(free=50, longest=timedelta(minutes=1), recovers=timedelta(minutes=5))
"""One account from anywhere: guessing from many addresses, or with many cookies that were kept, is slow too."""
PEER = Pace(free=200, longest=timedelta(minutes=1), recovers=timedelta(seconds=30))
"""One address, whatever account; a whole clinic may have one."""
REGISTER = Pace(free=300, longest=timedelta(minutes=1), recovers=timedelta(seconds=10))
FORGOT = Pace(free=3, longest=timedelta(minutes=15), recovers=timedelta(minutes=20))
"""Mails to one account; those that were sent still work."""


def idle_limit(role: Role) -> timedelta:
    """How long a session lasts without being used."""
    return timedelta(days=7) if role is Role.PATIENT else timedelta(minutes=30)


def session_limit(role: Role) -> timedelta:
    """How long a session lasts however much it is used."""
    return timedelta(days=30) if role is Role.PATIENT else timedelta(hours=12)


def normal_email(email: str) -> str:
    """Capitals make no other mailbox. Nothing else is folded: `straße.example` and `strasse.example` are two houses."""
    return email.lower()


def check_same_site(origin: str | None, custom: str | None, allowed: tuple[str, ...]) -> None:
    """Raise Unauthenticated unless one of our own pages asks: the cookie alone proves nothing."""
    if custom != "1" or origin not in allowed:
        raise Unauthenticated("Refresh and logout are for this hospital's own pages: send Origin and X-CarePlus: 1.")


def check_open(active: bool) -> None:
    """Raise AccountInactive for a closed account. Asked after the password, so that strangers learn nothing."""
    if not active:
        raise AccountInactive("The hospital has closed this account. Please call if you need it.")


def check_stays_administrator(own_id: int, account_id: int, wanted: UpdateAccount) -> None:
    """Raise OwnAccount where administrators would lock themselves out, or do with a token alone what needs a fresh sign-in."""
    if account_id != own_id:
        return
    if not (wanted.active and wanted.role is Role.ADMIN):
        raise OwnAccount("You cannot deactivate or demote yourself. Ask another administrator.")
    if wanted.second_factor is False:
        raise OwnAccount("Switch your own second factor off in your account, or ask another administrator.")


def can_be_accepted(accepted_at: datetime | None, expires_at: datetime, now: datetime) -> bool:
    return accepted_at is None and now < expires_at


def device_of(user_agent: str | None) -> str | None:
    """Browser and system in people's words: `Firefox on Linux`; of programs their name: `curl`."""
    said = user_agent or ""
    browser = next((name for mark, name in BROWSERS.items() if f"{mark}/" in said or f"{mark}A/" in said), None)
    system = next((name for mark, name in SYSTEMS.items() if mark in said), None)
    if browser and system:
        return f"{browser} on {system}"
    program = re.match(r"[A-Za-z][A-Za-z0-9 ._-]{0,39}", said)
    return browser or (program[0].strip() if program else None)


def mail_pause(attempts: int) -> timedelta | None:
    """How long to wait after so many attempts to send a mail; None: it is given up, after about seven hours."""
    return min(timedelta(seconds=5 * 4**attempts), timedelta(hours=1)) if attempts < MAIL_ATTEMPTS else None


def normal_code(code: str) -> str:
    """What was meant by a code that was typed with spaces, dashes or capitals."""
    return re.sub(r"[\s-]", "", code).casefold()


def fitting_step(code_at: Callable[[int], str], otp: str, now_s: int, last_step: int | None) -> int | None:
    """The time step (RFC 6238, 30 s) whose code this is: now's or a neighbour's, and newer than the last one accepted."""
    typed, current = normal_code(otp), now_s // STEP_S
    steps = [step for step in (current, current - 1, current + 1) if last_step is None or step > last_step]
    fitting = [step for step in steps if hmac.compare_digest(code_at(step).encode(), typed.encode())]
    return fitting[0] if fitting else None


def check_fresh(with_second_factor: bool, created_at: datetime, now: datetime) -> None:
    """Raise FreshSignInRequired unless this session was just opened with password and code."""
    if not with_second_factor or now - created_at > FRESH_LASTS:
        raise FreshSignInRequired("Sign in again with your password and a code, then repeat this within five minutes.")
