"""Sign-on with an identity provider that attacks: forged tokens, foreign browsers, other people's addresses, no answer."""

import asyncio
import base64
import hashlib
import hmac
import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from joserfc import jwt
from joserfc.errors import SecurityWarning
from joserfc.jwk import ECKey, OctKey, RSAKey
from pyotp import TOTP
from sqlalchemy import select, update
from sqlmodel import col

from careplus_auth.sign_in.bootstrap_admin import create_admin
from careplus_auth.sign_on import provider as provider_module
from careplus_auth.store import accounts
from careplus_contracts.accounts import Register
from careplus_contracts.endpoints import Role
from careplus_tables.accounts import AccountRow, InvitationRow, SessionRow
from careplus_tables.audit import AuditEventRow
from careplus_tables.engine import Database
from tests import databases
from tests.auth import forging_provider
from tests.auth.accounts_client import registered, signed_in
from tests.auth.forging_provider import CLIENT_ID, Claims, ForgingProvider, Sign, new_key
from tests.hospital import ADMIN, PASSWORD

OURS = {"Origin": "http://localhost:5000", "X-CarePlus": "1"}
OSEI, LIND = "osei@example.org", "lind@example.org"
DENIED = (403, "sign_on_failed")


@pytest.fixture(autouse=True)
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give the provider more time than a hospital does: a busy machine may need it."""
    monkeypatch.setattr(provider_module, "BUDGET_S", 60.0)


@pytest.fixture
def provider() -> Iterator[ForgingProvider]:
    with forging_provider.running() as running:
        yield running


@pytest.fixture
def more_settings(provider: ForgingProvider) -> dict[str, str]:
    return provider.settings


@pytest.fixture(scope="session")
def migrated(migrated: str, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return a database with an administrator and two doctors, whose passwords are PASSWORD, to copy."""
    url = databases.url(tmp_path_factory.mktemp("staff"))
    databases.copy(migrated, url)
    create_admin(url, ADMIN, "Ada Admin", PASSWORD)
    asyncio.run(add_doctors(url))
    return url


async def add_doctors(url: str) -> None:
    database = Database(url)
    async with database.writing() as db:
        [admin] = (await db.execute(select(AccountRow))).scalars()
        for email, name in ((OSEI, "Dr Ama Osei"), (LIND, "Dr Nils Lind")):
            body = Register(email=email, password=PASSWORD, full_name=name, role=Role.DOCTOR)
            await accounts.add(db, body, str(admin.password_hash), confirmed=True)
    await database.close()


async def start(auth: httpx.AsyncClient) -> str:
    answer = await auth.post("/auth/oidc/start", headers=OURS)
    assert answer.status_code == 200, answer.text
    return str(answer.json()["url"])


async def come_back(auth: httpx.AsyncClient, body: dict[str, str]) -> httpx.Response:
    return await auth.post("/auth/oidc/callback", json=body, headers=OURS)


async def signed_on(
    auth: httpx.AsyncClient, provider: ForgingProvider, sign: Sign | None = None, **claims: Any
) -> httpx.Response:
    return await come_back(auth, provider.answer(await start(auth), sign, **claims))


def outcome(answer: httpx.Response) -> tuple[int, str]:
    """Return the status and, of a refusal, its code or cause."""
    body = answer.json()
    return answer.status_code, body.get("cause") or body.get("code") or body["account"]["email"]


async def last_event(database: Database, outcome: str, account_id: int | None = None) -> AuditEventRow:
    """Return the newest event with this outcome, of this account; that of a refusal can follow the answer."""
    newest = select(AuditEventRow).where(col(AuditEventRow.outcome) == outcome, col(AuditEventRow.action) == "sign_on")
    if account_id is not None:
        newest = newest.where(col(AuditEventRow.account_id) == account_id)
    for _ in range(400):
        async with database.reading() as db:
            event = (await db.execute(newest.order_by(col(AuditEventRow.id).desc()).limit(1))).scalar_one_or_none()
        if event is not None:
            return event
        await asyncio.sleep(0.05)
    raise AssertionError(f"no event {outcome}")


async def change_account(database: Database, known: str, **values: Any) -> None:
    async with database.writing() as db:
        await db.execute(update(AccountRow).where(col(AccountRow.email) == known).values(**values))


async def test_first_sign_on_links_and_later_ones_use_the_subject(
    auth: httpx.AsyncClient, provider: ForgingProvider, database: Database
) -> None:
    first = await signed_on(auth, provider)
    assert outcome(first) == (200, OSEI)
    assert (await auth.get("/auth/me", headers={"Authorization": f"Bearer {first.json()['access_token']}"})).status_code == 200
    event = await last_event(database, "ok")
    assert (event.action, event.outcome, event.account_id) == ("sign_on", "ok", first.json()["account"]["id"])
    assert event.reason == "linked by the e-mail address"
    async with database.reading() as db:
        assert event.session_id in set((await db.execute(select(col(SessionRow.id)))).scalars())
    # the address at the provider is a colleague's now, and not verified: it is not read any more
    again = await signed_on(auth, provider, email=LIND, email_verified=False)
    assert outcome(again) == (200, OSEI)
    assert (await last_event(database, "ok")).reason is None
    assert (await auth.post("/auth/refresh", headers=OURS)).status_code == 200


async def test_second_identity_for_linked_account_is_refused(auth: httpx.AsyncClient, provider: ForgingProvider) -> None:
    assert outcome(await signed_on(auth, provider)) == (200, OSEI)
    assert outcome(await signed_on(auth, provider, sub="u-2")) == (403, "other_identity")
    # an administrator allows the new identity of a person that was created anew at the provider
    admin, account = await signed_in(auth, ADMIN), (await signed_on(auth, provider)).json()["account"]["id"]
    path = f"/api/admin/accounts/{account}/identity"
    assert (await auth.delete(path, headers=admin)).status_code == 204
    assert (await auth.delete(path, headers=admin)).status_code == 404
    assert outcome(await signed_on(auth, provider, sub="u-2")) == (200, OSEI)


async def test_identity_is_removed_after_recent_sign_in_only(
    auth: httpx.AsyncClient, provider: ForgingProvider, database: Database
) -> None:
    account = (await signed_on(auth, provider)).json()["account"]["id"]
    admin, path = await signed_in(auth, ADMIN), f"/api/admin/accounts/{account}/identity"
    async with database.writing() as db:
        await db.execute(update(SessionRow).values(created_at=datetime.now(UTC) - timedelta(minutes=11)))
    assert outcome(await auth.delete(path, headers=admin)) == (403, "password_required")
    assert outcome(await signed_on(auth, provider, sub="u-2")) == (403, "other_identity"), "the identity is still there"
    assert (await auth.delete(path, headers=await signed_in(auth, ADMIN))).status_code == 204


async def test_state_of_other_browser_is_refused(auth: httpx.AsyncClient, provider: ForgingProvider) -> None:
    # login CSRF: the attacker's code and state in the browser of a colleague, without a cookie and with one of its own sign-on
    attackers = provider.answer(await start(auth))
    auth.cookies.clear()
    assert outcome(await come_back(auth, attackers)) == DENIED
    await start(auth)
    assert outcome(await come_back(auth, attackers)) == DENIED
    assert len(provider.codes) == 1, "the code was never sent to the provider"


async def test_state_that_was_changed_is_refused(auth: httpx.AsyncClient, provider: ForgingProvider) -> None:
    body = provider.answer(await start(auth))
    assert outcome(await come_back(auth, {**body, "state": "A" * 43})) == DENIED


async def test_state_works_once_also_concurrently(auth: httpx.AsyncClient, provider: ForgingProvider) -> None:
    body, cookie = provider.answer(await start(auth)), dict(auth.cookies)
    code = provider.codes[body["code"]]
    found = sorted([outcome(one)[0] for one in await asyncio.gather(*(come_back(auth, body) for _ in range(4)))])
    assert found == [200, 403, 403, 403]
    # the same cookie and state again, at a provider that takes its codes twice
    provider.codes[body["code"]] = code
    auth.cookies.update(cookie)
    assert outcome(await come_back(auth, body)) == DENIED


async def test_state_is_refused_after_ten_minutes(
    auth: httpx.AsyncClient, provider: ForgingProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    later = int(time.time()) + 601
    # the token is fresh then: only the start is too old
    body = provider.answer(await start(auth), iat=later, exp=later + 300)
    # the client would drop the cookie at that time
    kept = {"Cookie": f"careplus-sign-on={auth.cookies['careplus-sign-on']}"}
    monkeypatch.setattr("careplus_auth.sign_on.pending.time.time", lambda: later)
    assert outcome(await auth.post("/auth/oidc/callback", json=body, headers=OURS | kept)) == DENIED


@pytest.mark.parametrize(
    "headers", [{}, {"X-CarePlus": "1"}, OURS | {"Origin": "http://evil.example"}, {"Origin": OURS["Origin"]}]
)
async def test_request_of_foreign_page_is_refused(
    auth: httpx.AsyncClient, provider: ForgingProvider, headers: dict[str, str]
) -> None:
    body = provider.answer(await start(auth))
    assert (await auth.post("/auth/oidc/start", headers=headers)).status_code == 401
    assert (await auth.post("/auth/oidc/callback", json=body, headers=headers)).status_code == 401
    assert len(provider.codes) == 1


async def test_return_address_is_a_page_of_ours(auth: httpx.AsyncClient, provider: ForgingProvider) -> None:
    url = httpx.URL(await start(auth))
    assert url.params["redirect_uri"] == "http://localhost:5000/sign-in"
    assert (url.params["response_type"], url.params["scope"]) == ("code", "openid email")
    assert url.params["code_challenge_method"] == "S256"
    for name in ("return", "next", "redirect_uri"):
        answer = await auth.post(f"/auth/oidc/start?{name}=https://evil.example", headers=OURS)
        assert answer.status_code == 422
        body = {**provider.answer(str(url)), name: "https://evil.example"}
        assert (await come_back(auth, body)).status_code == 422
    cookie = next(one for one in auth.cookies.jar if one.name == "careplus-sign-on")
    assert cookie.has_nonstandard_attr("HttpOnly")
    assert (cookie.get_nonstandard_attr("SameSite"), cookie.path) == ("strict", "/")


def unsigned(claims: Claims, head: dict[str, Any], mac_key: bytes | None = None) -> str:
    """Return a token with this header, signed by HMAC with any bytes or not at all."""
    parts = [base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in (head, claims)]
    text = ".".join(parts)
    mac = hmac.digest(mac_key, text.encode(), hashlib.sha256) if mac_key is not None else b""
    return f"{text}.{base64.urlsafe_b64encode(mac).decode().rstrip('=')}"


OTHER_RSA, OTHER_EC = RSAKey.generate_key(2048, {"kid": "first"}), ECKey.generate_key("P-256", {"kid": "first"})


def with_header(head: dict[str, Any], key: Any) -> Sign:
    return lambda claims: jwt.encode(head, claims, key, algorithms=[head["alg"]])


NOW = int(time.time())
WRONG_CLAIMS: dict[str, Claims] = {
    "other nonce": {"nonce": "n" * 43},
    "no nonce": {"nonce": None},
    "other audience": {"aud": "another-client"},
    "no audience": {"aud": None},
    "two audiences without azp": {"aud": [CLIENT_ID, "another-client"]},
    "azp of another client": {"aud": [CLIENT_ID, "another-client"], "azp": "another-client"},
    "azp of another client, one audience": {"azp": "another-client"},
    "other issuer": {"iss": "https://id.example.org"},
    "no issuer": {"iss": None},
    "expired": {"exp": NOW - 3600},
    "no expiry": {"exp": None},
    "expiry as a text": {"exp": "9999999999"},
    "issued long ago": {"iat": NOW - 3600},
    "issued in the future": {"iat": NOW + 3600},
    "not valid yet": {"nbf": NOW + 3600},
    "no subject": {"sub": None},
    "empty subject": {"sub": ""},
    "subject as a number": {"sub": 7},
}


async def test_id_token_with_wrong_claim_is_refused(auth: httpx.AsyncClient, provider: ForgingProvider) -> None:
    for name, claims in WRONG_CLAIMS.items():
        assert outcome(await signed_on(auth, provider, **claims)) == DENIED, name
    assert outcome(await signed_on(auth, provider, aud=[CLIENT_ID, "another-client"], azp=CLIENT_ID)) == (200, OSEI)


async def test_id_token_with_wrong_signature_is_refused(auth: httpx.AsyncClient, provider: ForgingProvider) -> None:
    public = provider.key.as_pem(private=False)
    same_without_alg = RSAKey.import_key(provider.key.as_pem(private=True), {"kid": "first"})
    modulus = provider.key.as_dict(private=False)["n"].encode()
    forgeries: list[Sign] = [
        lambda claims: unsigned(claims, {"alg": "none"}),
        lambda claims: unsigned(claims, {"alg": "None", "kid": "first"}),
        *(
            lambda claims, key=key: unsigned(claims, {"alg": "HS256", "kid": "first"}, key)
            for key in (public, public.strip(), modulus, b"", b"the secret/of: this client")
        ),
        with_header({"alg": "RS256", "kid": "first"}, OTHER_RSA),
        with_header({"alg": "RS256", "kid": "first", "jwk": OTHER_RSA.as_dict(private=False)}, OTHER_RSA),
        with_header({"alg": "RS256", "kid": "first", "jku": f"{provider.issuer}/other"}, OTHER_RSA),
        with_header({"alg": "ES256", "kid": "first"}, OTHER_EC),
        with_header({"alg": "RS512", "kid": "first"}, same_without_alg),
        lambda claims: provider.sign(claims)[:-4] + "AAAA",
        lambda claims: ".".join([*provider.sign(claims).split(".")[:2], ""]),
        lambda claims: "not a token",
        lambda claims: "a" * 140_000,
    ]
    for forge in forgeries:
        auth.cookies.clear()
        assert outcome(await signed_on(auth, provider, forge)) == DENIED
    assert outcome(await signed_on(auth, provider)) == (200, OSEI)


async def test_shared_and_weak_keys_of_provider_are_ignored(auth: httpx.AsyncClient, provider: ForgingProvider) -> None:
    shared = OctKey.import_key(b"s" * 32, {"kid": "shared"})
    with pytest.warns(SecurityWarning):
        weak = RSAKey.generate_key(1024, {"kid": "weak"})
    keys = [shared.as_dict(private=True), weak.as_dict(private=False), provider.key.as_dict(private=False), {"kty": "odd"}, 7]
    provider.replies["/jwks"] = json.dumps({"keys": keys}).encode()
    assert outcome(await signed_on(auth, provider, with_header({"alg": "RS256", "kid": "weak"}, weak))) == DENIED
    shared_head = {"alg": "HS256", "kid": "shared"}
    assert outcome(await signed_on(auth, provider, lambda claims: unsigned(claims, shared_head, b"s" * 32))) == DENIED
    assert outcome(await signed_on(auth, provider)) == (200, OSEI)


async def test_answer_of_other_issuer_is_refused(auth: httpx.AsyncClient, provider: ForgingProvider) -> None:
    body = provider.answer(await start(auth))
    assert outcome(await come_back(auth, {**body, "iss": "https://id.example.org"})) == DENIED
    # a provider that says it names itself, and an answer without the name
    provider.metadata["authorization_response_iss_parameter_supported"] = True
    provider_of(auth)._metadata = None
    body = provider.answer(await start(auth))
    del body["iss"]
    assert outcome(await come_back(auth, body)) == DENIED
    assert len(provider.codes) == 2, "no code was sent to the provider"


def provider_of(auth: httpx.AsyncClient) -> Any:
    """Return the provider of the running app, with its caches."""
    transport: Any = auth._transport
    return transport.app.state.identity_provider


async def test_unverified_email_links_nothing(auth: httpx.AsyncClient, provider: ForgingProvider) -> None:
    unverified: list[Claims] = [{"email_verified": None}, {"email_verified": False}, {"email": None}]
    for claims in unverified:
        assert outcome(await signed_on(auth, provider, **claims)) == (403, "email_unverified")
    # a text is no proof
    assert outcome(await signed_on(auth, provider, email_verified="true")) == DENIED


async def test_email_of_another_mailbox_links_nothing(auth: httpx.AsyncClient, provider: ForgingProvider) -> None:
    for email in ("ose\u200bi@example.org", "osei@example.org\u200b", "nobody@example.org", "", "osei", "@"):
        assert outcome(await signed_on(auth, provider, email=email)) == (403, "no_account"), email


async def test_email_with_kelvin_sign_is_another_mailbox(
    auth: httpx.AsyncClient, provider: ForgingProvider, database: Database
) -> None:
    await change_account(database, OSEI, email="kim@example.org")
    assert outcome(await signed_on(auth, provider, email="\u212aim@example.org")) == (403, "no_account")
    assert outcome(await signed_on(auth, provider, email="Kim@Example.org")) == (200, "kim@example.org")


async def test_patient_is_never_signed_on(auth: httpx.AsyncClient, provider: ForgingProvider, database: Database) -> None:
    assert await registered(auth, "pia@example.org") == 201
    await change_account(database, "pia@example.org", email_confirmed_at=datetime.now(UTC).replace(microsecond=0))
    groups = ["careplus-doctors", "careplus-admins", "patient"]
    assert outcome(await signed_on(auth, provider, email="pia@example.org", groups=groups)) == (403, "no_account")
    # a doctor that was linked and is a patient now
    assert outcome(await signed_on(auth, provider)) == (200, OSEI)
    await change_account(database, OSEI, role="patient")
    assert outcome(await signed_on(auth, provider, groups=groups)) == (403, "role")
    async with database.reading() as db:
        roles = {(row.email, row.role) for row in (await db.execute(select(AccountRow))).scalars()}
    assert roles == {(ADMIN, "admin"), ("pia@example.org", "patient"), (OSEI, "patient"), (LIND, "doctor")}


async def test_claim_without_the_role_is_refused_and_audited(
    auth: httpx.AsyncClient, provider: ForgingProvider, database: Database
) -> None:
    known = (await signed_on(auth, provider)).json()["account"]["id"]
    without: list[Any] = [[], None, "doctor", ["careplus-admins"], ["careplus-doctors-retired"], {"careplus-doctors": 1}, [7]]
    for groups in without:
        assert outcome(await signed_on(auth, provider, groups=groups)) == (403, "role"), groups
        # also at the first sign-on, which then links nothing
        assert outcome(await signed_on(auth, provider, sub="u-2", email=LIND, groups=groups)) == (403, "role")
    assert outcome(await signed_on(auth, provider, groups=["careplus-admins"])) == (403, "role")
    event = await last_event(database, "sign_on_refused", known)
    assert (event.action, event.reason) == ("sign_on", "role")
    assert outcome(await signed_on(auth, provider, sub="u-3", email=LIND, groups="careplus-doctors")) == (200, LIND)


async def test_closed_account_is_refused(auth: httpx.AsyncClient, provider: ForgingProvider, database: Database) -> None:
    await change_account(database, OSEI, active=False)
    assert outcome(await signed_on(auth, provider)) == (403, "account_inactive")


async def invite(auth: httpx.AsyncClient, role: str = "doctor") -> None:
    admin = await signed_in(auth, ADMIN)
    body = {"email": "new@example.org", "full_name": "Dr Nina New", "role": role}
    assert (await auth.post("/api/admin/invitations", json=body, headers=admin)).status_code == 201


async def test_open_invitation_is_accepted_by_sign_on(
    auth: httpx.AsyncClient, provider: ForgingProvider, database: Database
) -> None:
    await invite(auth)
    answer = await signed_on(auth, provider, sub="u-9", email="new@example.org")
    assert outcome(answer) == (200, "new@example.org")
    assert (answer.json()["account"]["email_confirmed"], answer.json()["account"]["role"]) == (True, "doctor")
    async with database.reading() as db:
        assert (await db.execute(select(col(InvitationRow.accepted_at)))).scalar_one() is not None
    wrong = await auth.post("/auth/login", json={"email": "new@example.org", "password": PASSWORD})
    assert outcome(wrong) == (401, "invalid_credentials")


async def test_expired_or_other_invitation_is_refused(
    auth: httpx.AsyncClient, provider: ForgingProvider, database: Database
) -> None:
    await invite(auth, role="lab")
    claims: dict[str, Any] = {"sub": "u-9", "email": "new@example.org"}
    assert outcome(await signed_on(auth, provider, **claims)) == (403, "role")
    await change_account(database, "new@example.org", role="doctor")
    async with database.writing() as db:
        await db.execute(update(InvitationRow).values(expires_at=datetime.now(UTC).replace(microsecond=0) - timedelta(days=1)))
    assert outcome(await signed_on(auth, provider, **claims)) == (403, "no_account")
    assert outcome(await signed_on(auth, provider, sub="u-8", email="stranger@example.org")) == (403, "no_account")


async def test_waiting_invitation_is_not_accepted(auth: httpx.AsyncClient, provider: ForgingProvider, database: Database) -> None:
    await invite(auth)
    async with database.writing() as db:
        await db.execute(update(InvitationRow).values(code_hash=None))
    assert outcome(await signed_on(auth, provider, sub="u-9", email="new@example.org")) == (403, "no_account")


async def test_own_second_factor_needs_one_at_the_provider(auth: httpx.AsyncClient, provider: ForgingProvider) -> None:
    own = await signed_in(auth, OSEI)
    secret = (await auth.post("/auth/mfa", json={"password": PASSWORD}, headers=own)).json()["secret"]
    assert (await auth.post("/auth/mfa/confirm", json={"otp": TOTP(secret).now()}, headers=own)).status_code == 200
    assert outcome(await signed_on(auth, provider, amr=["pwd"])) == (403, "second_factor")
    assert outcome(await signed_on(auth, provider, acr="mfa")) == (403, "second_factor")
    opened = await signed_on(auth, provider, amr=["pwd", "otp", "mfa"])
    assert outcome(opened) == (200, OSEI)
    # our own factor is not removed without password and code
    bearer = {"Authorization": f"Bearer {opened.json()['access_token']}"}
    assert outcome(await auth.delete("/auth/mfa", headers=bearer)) == (403, "fresh_sign_in_required")


class TestDemandedFactor:
    """A hospital that demands a second factor of doctors, and one of the identity proved in the last 15 minutes."""

    @pytest.fixture
    def more_settings(self, provider: ForgingProvider) -> dict[str, str]:
        demanded = {"CAREPLUS_SECOND_FACTOR_ROLES": "doctor", "CAREPLUS_OIDC_SECOND_FACTOR_ACR": "gold, silver"}
        return {**provider.settings, **demanded, "CAREPLUS_OIDC_MAX_AGE_MINUTES": "15"}

    async def test_demanded_factor_is_checked_at_the_provider(
        self, auth: httpx.AsyncClient, provider: ForgingProvider, database: Database
    ) -> None:
        proved: dict[str, Any] = {"auth_time": int(time.time())}
        assert httpx.URL(await start(auth)).params["acr_values"] == "gold silver"
        assert outcome(await signed_on(auth, provider, acr="bronze", **proved)) == (403, "second_factor")
        assert (await last_event(database, "sign_on_refused")).reason == "second_factor"
        opened = await signed_on(auth, provider, acr="silver", **proved)
        assert (outcome(opened), opened.json()["must_enrol"]) == ((200, OSEI), False)
        renewed = await auth.post("/auth/refresh", headers=OURS)
        assert (renewed.status_code, renewed.json()["must_enrol"]) == (200, False)
        # the password alone still leads to the set-up
        body = {"email": OSEI, "password": PASSWORD}
        assert (await auth.post("/auth/login", json=body)).json()["must_enrol"] is True

    async def test_identity_proved_long_ago_is_refused(self, auth: httpx.AsyncClient, provider: ForgingProvider) -> None:
        assert httpx.URL(await start(auth)).params["max_age"] == "900"
        wrong: list[Claims] = [{}, {"auth_time": int(time.time()) - 1200}, {"auth_time": "now"}]
        for claims in wrong:
            assert outcome(await signed_on(auth, provider, acr="gold", **claims)) == DENIED


async def check_unavailable(auth: httpx.AsyncClient, body: dict[str, str] | None = None) -> None:
    """Check that the button refuses within 5 s, and that the password works meanwhile."""
    begun = time.monotonic()
    answer = await (come_back(auth, body) if body else auth.post("/auth/oidc/start", headers=OURS))
    assert outcome(answer) == (503, "sign_on_unavailable")
    assert time.monotonic() - begun < 5
    await signed_in(auth, OSEI)


async def test_slow_provider_is_refused_within_5s(
    auth: httpx.AsyncClient, provider: ForgingProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(provider_module, "BUDGET_S", 4.0)
    body = provider.answer(await start(auth))
    provider.delay_s = 5.5
    await check_unavailable(auth, body)
    asked = len(provider.asked)
    # no browser waits for a provider that failed just now
    begun = time.monotonic()
    await check_unavailable(auth)
    assert (time.monotonic() - begun < 2, len(provider.asked)) == (True, asked)
    provider.delay_s = 0.0
    monkeypatch.setattr(provider_module, "BUDGET_S", 60.0)
    monkeypatch.setattr(provider_module, "PAUSE_S", 0.0)
    assert outcome(await signed_on(auth, provider)) == (200, OSEI)


UNUSABLE: dict[str, Any] = {
    "no JSON": b"<html>",
    "no object": b"[]",
    "a member is missing": {"jwks_uri": None},
    "another issuer": {"issuer": "https://id.example.org"},
    "a slash after the issuer": {"issuer": "{issuer}/"},
    "token endpoint without https": {"token_endpoint": "http://id.example.org/token"},
    "keys in a file": {"jwks_uri": "file:///etc/passwd"},
    "too long": b'{"issuer": "' + b"a" * 300_000 + b'"}',
    "nested deeply": b"[" * 100_000,
}


async def test_unusable_metadata_are_refused(auth: httpx.AsyncClient, provider: ForgingProvider) -> None:
    for name, reply in UNUSABLE.items():
        changed = json.dumps(provider.metadata | reply) if isinstance(reply, dict) else ""
        content = changed.replace("{issuer}", provider.issuer).encode() or reply
        provider.replies["/.well-known/openid-configuration"] = content
        refused = await auth.post("/auth/oidc/start", headers=OURS)
        assert outcome(refused) == (503, "sign_on_unavailable"), name
    del provider.replies["/.well-known/openid-configuration"]
    assert outcome(await signed_on(auth, provider)) == (200, OSEI)


async def test_unusable_token_answer_is_refused(auth: httpx.AsyncClient, provider: ForgingProvider) -> None:
    for reply in (b"{}", b"[]", b'{"id_token": 7}', b"a" * 300_000, b"[" * 100_000):
        body = provider.answer(await start(auth))
        provider.replies["/token"] = reply
        assert outcome(await come_back(auth, body)) == (503, "sign_on_unavailable"), reply[:20]


async def test_redirect_of_provider_is_not_followed(auth: httpx.AsyncClient, provider: ForgingProvider) -> None:
    provider.redirects["/.well-known/openid-configuration"] = f"{provider.issuer}/elsewhere"
    assert outcome(await auth.post("/auth/oidc/start", headers=OURS)) == (503, "sign_on_unavailable")
    assert provider.asked == ["/.well-known/openid-configuration"]


async def test_new_key_of_provider_is_fetched(
    auth: httpx.AsyncClient, provider: ForgingProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert outcome(await signed_on(auth, provider)) == (200, OSEI)
    provider.key = new_key("second")
    # at most one fetch in 30 s, so that unknown keys cause no flood
    assert outcome(await signed_on(auth, provider)) == DENIED
    assert provider.asked.count("/jwks") == 1
    monkeypatch.setattr(provider_module, "REFETCH_KEYS_AFTER_S", 0.0)
    assert outcome(await signed_on(auth, provider)) == (200, OSEI)
    assert provider.asked.count("/.well-known/openid-configuration") == 1


async def test_unknown_codes_of_a_network_are_slowed_down(
    auth: httpx.AsyncClient, provider: ForgingProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    from careplus_auth import rules

    monkeypatch.setattr("careplus_auth.rules.NETWORK", rules.Backoff(2, timedelta(minutes=10), timedelta(minutes=10)))
    body = provider.answer(await start(auth))
    found = [outcome(await come_back(auth, {**body, "state": "A" * 43})) for _ in range(3)]
    assert found == [DENIED, DENIED, (429, "too_many_attempts")]


class TestWithoutProvider:
    """A hospital without a sign-on."""

    @pytest.fixture
    def more_settings(self) -> dict[str, str]:
        return {}

    async def test_hospital_without_provider_has_no_sign_on(self, auth: httpx.AsyncClient) -> None:
        assert outcome(await auth.post("/auth/oidc/start", headers=OURS)) == (503, "sign_on_unavailable")
        body = {"code": "c", "state": "A" * 43}
        assert outcome(await come_back(auth, body)) == (503, "sign_on_unavailable")
