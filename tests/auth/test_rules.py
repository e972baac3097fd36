"""Passwords, origins and lifetimes."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from careplus_auth import passwords, rules
from careplus_contracts.accounts import AccountInactive, WeakPassword
from careplus_contracts.endpoints import Role
from careplus_contracts.people import OwnAccount, UpdateAccount
from careplus_contracts.refusals import Unauthenticated

OURS = ("http://localhost:5000",)


@pytest.mark.parametrize("password", ["password1", "PASSWORD1", "aaaaaaaa", "abababab", "me@example.org", "Ada Admin"])
def test_what_everybody_tries_first_is_refused(password: str) -> None:
    with pytest.raises(WeakPassword):
        passwords.check_strength(password, "me@example.org", "Ada Admin")


def test_a_strange_password_is_fine() -> None:
    passwords.check_strength("seven-quiet-herons", "me@example.org")


async def test_a_hash_belongs_to_one_password_however_it_is_composed() -> None:
    hashed = await passwords.hash_new("Käse-und-Brot")
    assert hashed.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert await passwords.verify_password("Ka\u0308se-und-Brot", hashed)
    assert not await passwords.verify_password("Kaese-und-Brot", hashed)
    assert not await passwords.verify_password("anything", None)


@settings(max_examples=50)
@given(st.emails())
def test_normal_spelling_is_normal(email: str) -> None:
    assert rules.normal_email(rules.normal_email(email)) == rules.normal_email(email.upper().lower())


def test_only_our_own_pages_use_the_cookie() -> None:
    rules.check_same_site(OURS[0], "1", OURS)
    for origin, custom in ((None, "1"), ("https://evil.example", "1"), (OURS[0], None), (OURS[0], "2"), ("null", "1")):
        with pytest.raises(Unauthenticated):
            rules.check_same_site(origin, custom, OURS)


def test_sessions_of_staff_are_shorter() -> None:
    assert rules.idle_limit(Role.PATIENT) == timedelta(days=7)
    assert rules.session_limit(Role.PATIENT) == timedelta(days=30)
    for role in (Role.DOCTOR, Role.LAB, Role.ADMIN):
        assert rules.idle_limit(role) == timedelta(minutes=30)
        assert rules.session_limit(role) == timedelta(hours=12)


def test_an_invitation_is_accepted_once_and_in_time() -> None:
    now = datetime(2030, 1, 7, tzinfo=UTC)
    assert rules.can_be_accepted(None, now + timedelta(seconds=1), now)
    assert not rules.can_be_accepted(None, now, now)
    assert not rules.can_be_accepted(now, now + timedelta(days=1), now)


def test_a_closed_account_is_not_entered() -> None:
    rules.check_open(active=True)
    with pytest.raises(AccountInactive):
        rules.check_open(active=False)


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("active", [True, False])
def test_an_administrator_stays_one_until_another_one_acts(role: Role, active: bool) -> None:
    wanted = UpdateAccount(role=role, active=active)
    rules.check_stays_administrator(1, 2, wanted)
    if active and role is Role.ADMIN:
        rules.check_stays_administrator(1, 1, wanted)
    else:
        with pytest.raises(OwnAccount):
            rules.check_stays_administrator(1, 1, wanted)
