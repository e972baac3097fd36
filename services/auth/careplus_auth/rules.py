"""How long things last, and whose page may use the refresh cookie. Nothing here touches a database."""

from datetime import datetime, timedelta

from careplus_contracts.accounts import AccountInactive
from careplus_contracts.endpoints import Role
from careplus_contracts.people import OwnAccount, UpdateAccount
from careplus_contracts.refusals import Unauthenticated

INVITATION_LASTS = timedelta(days=7)
PREDECESSOR_LASTS = timedelta(seconds=10)
"""A used refresh token still gets its successor for so long: two tabs, or an answer that was lost on the way."""


def idle_limit(role: Role) -> timedelta:
    """How long a session lasts without being used."""
    return timedelta(days=7) if role is Role.PATIENT else timedelta(minutes=30)


def session_limit(role: Role) -> timedelta:
    """How long a session lasts however much it is used."""
    return timedelta(days=30) if role is Role.PATIENT else timedelta(hours=12)


def normal_email(email: str) -> str:
    """Two spellings that reach the same mailbox are one account."""
    return email.casefold()


def check_same_site(origin: str | None, custom: str | None, allowed: tuple[str, ...]) -> None:
    """Raise Unauthenticated unless one of our own pages asks: the cookie alone proves nothing."""
    if custom != "1" or origin not in allowed:
        raise Unauthenticated("Refresh and logout are for this hospital's own pages: send Origin and X-CarePlus: 1.")


def check_open(active: bool) -> None:
    """Raise AccountInactive for a closed account. Asked after the password, so that strangers learn nothing."""
    if not active:
        raise AccountInactive("The hospital has closed this account. Please call if you need it.")


def check_stays_administrator(own_id: int, account_id: int, wanted: UpdateAccount) -> None:
    """Raise OwnAccount where administrators would lock themselves out."""
    if account_id == own_id and not (wanted.active and wanted.role is Role.ADMIN):
        raise OwnAccount("You cannot deactivate or demote yourself. Ask another administrator.")


def can_be_accepted(accepted_at: datetime | None, expires_at: datetime, now: datetime) -> bool:
    return accepted_at is None and now < expires_at
