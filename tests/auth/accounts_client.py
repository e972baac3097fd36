"""Requests of accounts to the auth service itself."""

from datetime import timedelta

import httpx
import pytest

from careplus_auth.rules import Backoff
from tests.hospital import DETAILS, PASSWORD


def without_time_pressure(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make every delay ten minutes, so that a slow machine cannot wait one out within the test."""
    monkeypatch.setattr(
        Backoff, "delay_after", lambda backoff, tried: timedelta(minutes=10 if tried >= backoff.free_attempts else 0)
    )


async def registered(auth: httpx.AsyncClient, email: str, headers: dict[str, str] | None = None) -> int:
    """Register an account and return the status code."""
    body = {"email": email, "password": PASSWORD, "full_name": "Pia Novak", **DETAILS}
    return (await auth.post("/auth/register", json=body, headers=headers)).status_code


async def signed_in(auth: httpx.AsyncClient, email: str, password: str = PASSWORD) -> dict[str, str]:
    """Sign in and return the Authorization header."""
    answer = await auth.post("/auth/login", json={"email": email, "password": password})
    assert answer.status_code == 200, answer.text
    return {"Authorization": f"Bearer {answer.json()['access_token']}"}
