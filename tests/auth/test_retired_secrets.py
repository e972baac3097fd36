"""A retired secret verifies the audit trail, and no token, device or stored secret."""

from pathlib import Path

import httpx
import pytest

from careplus_auth.app import app
from careplus_auth.audit.chain import GENESIS, ChainKeys
from careplus_auth.crypto.signing import audit_secrets_of, secrets_of
from careplus_contracts.platform import show_keys
from careplus_runtime.identity.tokens import SigningKey
from careplus_runtime.process.settings import SettingsError, load_settings
from careplus_tables.engine import Database
from tests import databases

NEW, OLD, RETIRED = "n" * 40, "o" * 40, "r" * 40


def test_retired_secret_verifies_links_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_KEY", f"{NEW}, {OLD}")
    monkeypatch.setenv("CAREPLUS_RETIRED_SECRETS", RETIRED)
    settings = load_settings()
    assert secrets_of(settings) == [NEW, OLD]
    keys, retired = ChainKeys(audit_secrets_of(settings)), ChainKeys([RETIRED])
    event = (1, "2030-01-07T09:00:00Z")
    assert keys.mac(retired.newest, GENESIS, 1, event, []) == retired.mac(retired.newest, GENESIS, 1, event, [])
    assert keys.newest == ChainKeys([NEW]).newest


def test_short_retired_secret_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CAREPLUS_RETIRED_SECRETS", "short")
    with pytest.raises(SettingsError, match="CAREPLUS_RETIRED_SECRETS"):
        load_settings()


async def test_key_of_a_retired_secret_is_not_published(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SECRET_KEY", f"{NEW},{OLD}")
    monkeypatch.setenv("CAREPLUS_RETIRED_SECRETS", RETIRED)
    monkeypatch.setenv("CAREPLUS_DATA", str(tmp_path))
    monkeypatch.setenv("DATABASE_URL", databases.url(tmp_path))
    transport = httpx.ASGITransport(app)
    async with app.router.lifespan_context(app), httpx.AsyncClient(transport=transport, base_url="http://localhost:5000") as http:
        published = {key["kid"] for key in (await http.get(show_keys.path)).json()["keys"]}
    assert published == {SigningKey.from_secret(secret).kid for secret in (NEW, OLD)}
