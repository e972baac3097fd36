"""The parts of every process: settings, keys, logs."""

import asyncio
import io
import json
import re
import time
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

import httpx
import pytest

from careplus_contracts.endpoints import Role
from careplus_contracts.refusals import Unauthenticated, Unavailable
from careplus_runtime.http.dependencies import check_version
from careplus_runtime.identity import jwks as keys
from careplus_runtime.identity.jwks import TokenVerifier
from careplus_runtime.identity.tokens import SigningKey
from careplus_runtime.process import logs
from careplus_runtime.process.background import running_tasks
from careplus_runtime.process.settings import SAMPLE_SECRET, SettingsError, load_settings
from careplus_tables.references import new_reference

KEY = SigningKey.from_secret("k" * 40)


@pytest.fixture
def clean(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> pytest.MonkeyPatch:
    monkeypatch.chdir(tmp_path)
    for name in ("SECRET_KEY", "DATABASE_URL", "CAREPLUS_DATA", "CAREPLUS_PORT", "CAREPLUS_ZONE"):
        monkeypatch.delenv(name, raising=False)
    return monkeypatch


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("CAREPLUS_ZONE", "Mars/Base", "IANA"),
        ("CAREPLUS_ZONE", "../etc/passwd", "IANA"),
        ("CAREPLUS_PORT", "0", "greater"),
        ("CAREPLUS_LABS_URL", "http://labs-a:5000,labs-b:5000", "write each address as http://host:port"),
        ("CAREPLUS_LABS_URL", " , ", "write each address as http://host:port"),
        ("CAREPLUS_GATEWAYS", "0", "greater"),
        ("CAREPLUS_PORT", "many", "integer"),
        ("CAREPLUS_LAB_HOURS", "7-18", "07:00-18:00"),
        ("CAREPLUS_LAB_HOURS", "18:00-07:00", "07:00-18:00"),
        ("CAREPLUS_SMTP_URL", "mail.example.org", "smtp://"),
        ("CAREPLUS_SMTP_URL", "https://mail.example.org", "smtp://"),
        ("CAREPLUS_HOSPITAL", "CarePlus\nHospital", "in one line"),
        ("CAREPLUS_PASSKEY_DOMAIN", "example.com", "write localhost"),
        ("CAREPLUS_MAIL_FROM", "nobody", "no-reply@example.org"),
        ("CAREPLUS_MAIL_FROM", "a@example.org\nBcc: b@example.org", "no-reply@example.org"),
        ("SECRET_KEY", "short", "32"),
        ("DATABASE_URL", "mysql://careplus:secret@db.example.org/careplus", "mysql is not a database that CarePlus runs on"),
        ("DATABASE_URL", "db.example.org", "this is not a database"),
        ("SECRET_KEY", SAMPLE_SECRET, "write your own"),
        ("SECRET_KEY", "x" * 40 + ",short", "32"),
    ],
)
def test_wrong_setting_is_one_line(clean: pytest.MonkeyPatch, name: str, value: str, message: str) -> None:
    clean.setenv(name, value)
    with pytest.raises(SettingsError, match=f"^{name}: .*{message}[^\n]*$"):
        load_settings()


def test_settings_have_defaults(clean: pytest.MonkeyPatch, tmp_path: Path) -> None:
    settings = load_settings()
    assert settings.database == f"sqlite:///{tmp_path / 'data' / 'careplus.db'}"
    assert settings.allowed_origins == ("http://localhost:5000", "http://127.0.0.1:5000")
    clean.setenv("CAREPLUS_ORIGINS", "https://care.example.org/, https://www.care.example.org")
    clean.setenv("DATABASE_URL", "sqlite:////tmp/x.db")
    settings = load_settings()
    assert settings.allowed_origins == ("https://care.example.org", "https://www.care.example.org")
    assert (settings.public_url, settings.database) == ("https://care.example.org", "sqlite:////tmp/x.db")
    assert "x.db" not in repr(settings)


class Auth:
    """A transport that answers like auth, or fails while `away` is true."""

    def __init__(self) -> None:
        self.requests = 0
        self.away = False
        self.keys = [KEY.public_jwk]
        self.answered = asyncio.Event()

    async def fetch(self) -> list[dict[str, Any]]:
        self.requests += 1
        if self.away:
            raise httpx.ConnectError("away")
        self.answered.set()
        return [dict(key) for key in self.keys]


def token(key: SigningKey = KEY, at: float | None = None) -> str:
    return key.sign(7, Role.PATIENT, "s" * 20, int(at or time.time()))


async def test_keys_stay_valid_while_auth_is_away() -> None:
    auth = Auth()
    verifier = TokenVerifier(auth.fetch)
    auth.away = True
    with pytest.raises(Unavailable):
        await verifier.identify(token())
    auth.away = False
    verifier._fetched_at = float("-inf")
    assert (await verifier.identify(token())).id == 7
    auth.away = True
    assert (await verifier.identify(token(at=time.time() - 5))).id == 7


async def test_keys_are_fetched_before_the_first_request(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keys, "RETRY_AFTER_S", 0.01)
    auth = Auth()
    auth.away = True
    verifier = TokenVerifier(auth.fetch)
    async with running_tasks(verifier.fetch_until_known()), asyncio.timeout(10):
        await asyncio.sleep(0.1)
        auth.away = False
        await auth.answered.wait()
    auth.away = True
    assert (await verifier.identify(token())).id == 7


async def test_unknown_key_is_fetched_every_30_s_at_most() -> None:
    auth = Auth()
    verifier = TokenVerifier(auth.fetch)
    await verifier.identify(token())
    other = SigningKey.from_secret("o" * 40)
    for _ in range(5):
        with pytest.raises(Unauthenticated):
            await verifier.identify(token(other))
    assert auth.requests == 1
    auth.keys.append(other.public_jwk)
    verifier._fetched_at -= keys.REFETCH_AFTER_S
    assert (await verifier.identify(token(other))).id == 7
    assert auth.requests == 2


async def test_token_cache_is_bounded_and_expires(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keys, "CACHED_TOKENS", 3)
    verifier = TokenVerifier(Auth().fetch)
    for number in range(6):
        await verifier.identify(token(at=time.time() - number))
    assert len(verifier._verified) == 3
    ending = token(at=time.time() - 598)
    await verifier.identify(ending)
    monkeypatch.setattr("careplus_runtime.identity.jwks.time.time", lambda: 10.0**10)
    with pytest.raises(Unauthenticated):
        await verifier.identify(ending)


def test_logs_contain_no_secrets() -> None:
    written = io.StringIO()
    with redirect_stdout(written):
        logs.configure("tests", "info")
        logs.log.info("hello", password="p4ss", token="t0k", email="a@b.c", status=200)
        logs.log.debug("not shown")
    line = json.loads(written.getvalue())
    assert (line["event"], line["service"], line["status"]) == ("hello", "tests", 200)
    assert not any(secret in written.getvalue() for secret in ("p4ss", "t0k", "a@b.c"))


def test_references_have_no_ambiguous_characters() -> None:
    references = {new_reference("CP") for _ in range(1000)}
    assert len(references) == 1000
    assert all(len(one) == 12 and not set(one[3:]) & set("01OIL") for one in references)


def test_runtime_names_no_service_package() -> None:
    sources = {path: path.read_text() for path in (Path(__file__).parents[2] / "libs" / "runtime").rglob("*.py")}
    assert len(sources) > 20
    named = re.compile("careplus_(auth|appointments|doctors|labs|gateway|cli)\b")
    assert [path for path, source in sources.items() if named.search(source)] == []


def test_version_is_checked_only_with_if_match() -> None:
    check_version(3, None)
    check_version(3, frozenset({'"2"', '"3"'}))
