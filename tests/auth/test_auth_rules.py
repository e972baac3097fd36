"""Rules of auth: passwords, codes, backoff, origins and lifetimes."""

import base64
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pyotp
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from passlib.hash import argon2

from careplus_auth import rules
from careplus_auth.client_headers import describe_user_agent
from careplus_auth.sign_in import passwords
from careplus_contracts.accounts import AccountInactive, WeakPassword
from careplus_contracts.endpoints import Role
from careplus_contracts.people import OwnAccount, UpdateAccount
from careplus_contracts.refusals import Unauthenticated
from careplus_contracts.second_factors import FreshSignInRequired

OURS = ("http://localhost:5000",)


@pytest.mark.parametrize(
    "password",
    [
        *("password1", "PASSWORD1", "aaaaaaaa", "abababab", "me@example.org", "Ada Admin"),
        *("P@ssw0rd123", "qwertz12", "maria1984", "Test1234!", "ada.admin.1", "a" * 128, "abcdefgh" * 10),
    ],
)
def test_common_password_is_refused(password: str) -> None:
    with pytest.raises(WeakPassword):
        passwords.check_strength(password, "me@example.org", "Ada Admin")


@pytest.mark.parametrize("password", ["seven-quiet-herons", "qv7#kWz9p", "Käse-und-Brot", "七羽の静かな鷺と亀"])
def test_uncommon_password_is_accepted(password: str) -> None:
    passwords.check_strength(password, "me@example.org")


@settings(max_examples=30, deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=8, max_size=128))
def test_any_text_is_strong_or_weak_without_error(password: str) -> None:
    with suppress(WeakPassword):
        passwords.check_strength(password, "me@example.org", "Ada Admin")


async def test_hash_matches_every_unicode_composition() -> None:
    hashed = await passwords.hash_new("Käse-und-Brot")
    assert hashed.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert await passwords.verify_password("Ka\u0308se-und-Brot", hashed)
    assert not await passwords.verify_password("Kaese-und-Brot", hashed)
    assert not await passwords.verify_password("anything", None)
    assert await passwords.rehash_if_needed("Käse-und-Brot", hashed) is None
    weaker = argon2.using(type="ID", memory_cost=1024, rounds=1, parallelism=1).hash("Käse-und-Brot")
    renewed = await passwords.rehash_if_needed("Käse-und-Brot", weaker)
    assert renewed is not None
    assert renewed.startswith("$argon2id$v=19$m=19456,t=2,p=1$")


def test_refresh_from_foreign_origin_is_refused() -> None:
    rules.check_same_site(OURS[0], "1", OURS)
    for origin, custom in ((None, "1"), ("https://evil.example", "1"), (OURS[0], None), (OURS[0], "2"), ("null", "1")):
        with pytest.raises(Unauthenticated):
            rules.check_same_site(origin, custom, OURS)


def test_staff_sessions_are_shorter_than_patients() -> None:
    assert rules.session_limit(Role.PATIENT) == timedelta(days=30)
    for role in (Role.DOCTOR, Role.LAB, Role.ADMIN):
        assert rules.session_limit(role) == timedelta(hours=12)


def test_invitation_is_acceptable_once_before_expiry() -> None:
    now = datetime(2030, 1, 7, tzinfo=UTC)
    assert rules.is_acceptable(None, now + timedelta(seconds=1), now)
    assert not rules.is_acceptable(None, now, now)
    assert not rules.is_acceptable(now, now + timedelta(days=1), now)


def test_closed_account_cannot_sign_in() -> None:
    rules.check_open(active=True)
    with pytest.raises(AccountInactive):
        rules.check_open(active=False)


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("active", [True, False])
def test_admin_cannot_demote_or_close_own_account(role: Role, active: bool) -> None:
    wanted = UpdateAccount(role=role, active=active)
    rules.check_stays_administrator(1, 2, wanted)
    if active and role is Role.ADMIN:
        rules.check_stays_administrator(1, 1, wanted)
    else:
        with pytest.raises(OwnAccount):
            rules.check_stays_administrator(1, 1, wanted)


def test_admin_cannot_remove_own_second_factor() -> None:
    wanted = UpdateAccount(role=Role.ADMIN, active=True, second_factor=False)
    rules.check_stays_administrator(1, 2, wanted)
    with pytest.raises(OwnAccount):
        rules.check_stays_administrator(1, 1, wanted)


BACKOFFS = [rules.OWN, rules.ACCOUNT, rules.NETWORK, rules.REGISTER, rules.FORGOT]


@pytest.mark.parametrize("backoff", BACKOFFS)
def test_backoff_doubles_up_to_its_maximum(backoff: rules.Backoff) -> None:
    delays, tried = [], 0
    for _ in range(backoff.free_attempts + 40):
        tried = backoff.incremented(tried)
        delays.append(backoff.delay_after(tried))
    assert delays[: backoff.free_attempts - 1] == [timedelta(0)] * (backoff.free_attempts - 1)
    assert delays[backoff.free_attempts - 1 : backoff.free_attempts + 2] == [
        timedelta(seconds=1),
        timedelta(seconds=2),
        timedelta(seconds=4),
    ]
    assert delays == sorted(delays)
    assert delays[-1] == backoff.max_delay
    assert backoff.max_delay <= timedelta(minutes=15), "no account is locked out for good"
    assert backoff.remaining(tried, timedelta(hours=12)) == 0, "all attempts are forgotten within half a day"


@given(st.integers(0, 400), st.integers(0, 10**6))
def test_remaining_attempts_never_exceed_those_made(tried: int, seconds: int) -> None:
    for backoff in BACKOFFS:
        assert 0 <= backoff.remaining(tried, timedelta(seconds=seconds)) <= tried


RFC_6238 = [(59, "287082"), (1111111109, "081804"), (1234567890, "005924"), (20000000000, "353130")]
"""RFC 6238, appendix B (SHA-1): time, and the last six digits of the code."""


@pytest.mark.parametrize(("at", "code"), RFC_6238)
def test_totp_matches_rfc_6238_vectors(at: int, code: str) -> None:
    code_at = pyotp.TOTP(base64.b32encode(b"12345678901234567890").decode()).generate_otp
    step = at // 30
    for typed in (code, f"{code[:3]} {code[3:]}", f" {code}"):
        assert rules.matching_step(code_at, typed, at, None) == step
    assert rules.matching_step(code_at, code, at + 30, step - 1) == step, "the previous time step is accepted"
    assert rules.matching_step(code_at, code, max(at - 30, 30), None) == step, "the next time step is accepted"
    for late in (60, 90, 3600):
        assert rules.matching_step(code_at, code, at + late, None) is None
    for accepted in (step, step + 1):
        assert rules.matching_step(code_at, code, at, accepted) is None, "a code works once"
    assert rules.matching_step(code_at, "", at, None) is None
    assert rules.matching_step(code_at, "\u0662" * 6, at, None) is None


@pytest.mark.parametrize(
    ("user_agent", "shown"),
    [
        ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox on Linux"),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/143.0 Safari/537.36", "Chrome on Windows"),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/143.0 Safari/537.36 Edg/143.0", "Edge on Windows"),
        ("Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 Chrome/143.0 Mobile Safari/537.36", "Chrome on Android"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Mobile/15E148 Safari/604.1", "Safari on iPhone"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15) Version/18.0 Safari/605.1.15", "Safari on macOS"),
        ("curl/8.5.0", "curl"),
        ("python-httpx/0.28.1", "python-httpx"),
        ("<script>alert(1)</script>", None),
        ("", None),
        (None, None),
        ("A" * 5000, "A" * 40),
    ],
)
def test_user_agent_is_described_in_plain_words(user_agent: str | None, shown: str | None) -> None:
    assert describe_user_agent(user_agent) == shown


def test_fresh_sign_in_needs_code_and_five_minutes() -> None:
    now = datetime(2030, 1, 7, tzinfo=UTC)
    rules.check_fresh(with_second_factor=True, created_at=now - timedelta(minutes=5), now=now)
    for with_second_factor, ago in ((True, timedelta(minutes=5, seconds=1)), (False, timedelta(0))):
        with pytest.raises(FreshSignInRequired):
            rules.check_fresh(with_second_factor, now - ago, now)


def test_mail_retries_last_about_seven_hours() -> None:
    delays = [rules.mail_retry_delay(attempts) for attempts in range(1, rules.MAIL_ATTEMPTS + 1)]
    assert delays[-1] is None
    tried = [pause for pause in delays if pause]
    assert tried[0] == timedelta(seconds=20)
    assert timedelta(hours=6) < sum(tried, timedelta(0)) < timedelta(hours=10)
