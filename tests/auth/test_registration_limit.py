"""The registration limit applies to everyone except administrators."""

from dataclasses import replace

import httpx
import pytest

from careplus_auth import rules
from tests.auth.accounts_client import registered, signed_in, without_time_pressure


async def test_only_admin_token_bypasses_registration_limit(
    auth: httpx.AsyncClient, admin: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    without_time_pressure(monkeypatch)
    monkeypatch.setattr(rules, "REGISTER", replace(rules.REGISTER, free_attempts=2))
    assert await registered(auth, "first@example.org") == 201
    patient = await signed_in(auth, "first@example.org")
    assert await registered(auth, "second@example.org", patient) == 201
    for headers in (patient, None):
        assert await registered(auth, "third@example.org", headers) == 429
    for number in range(3):
        assert await registered(auth, f"by.admin.{number}@example.org", admin) == 201
