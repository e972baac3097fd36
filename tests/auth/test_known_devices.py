"""Known devices: each has an attempt counter of its own, also when its cookie was copied."""

import httpx
import pytest

from tests.auth.accounts_client import registered, without_time_pressure
from tests.hospital import PASSWORD

MINE, THEIRS = "mine@example.org", "theirs@example.org"


async def log_in(auth: httpx.AsyncClient, device: str, email: str = MINE, password: str = PASSWORD) -> tuple[int, str]:
    """Sign in. Return the status code and the device cookie afterwards."""
    auth.cookies.clear()
    if device:
        auth.cookies.set("careplus-device", device, domain="localhost.local", path="/")
    answer = await auth.post("/auth/login", json={"email": email, "password": password})
    return answer.status_code, answer.cookies.get("careplus-device") or device


async def statuses(auth: httpx.AsyncClient, device: str, tries: int) -> list[int]:
    return [(await log_in(auth, device, password=f"wrong-{number}"))[0] for number in range(tries)]


async def test_copied_device_cookie_delays_only_its_own_device(auth: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch) -> None:
    without_time_pressure(monkeypatch)
    await registered(auth, MINE)
    (_, laptop), (_, phone) = await log_in(auth, ""), await log_in(auth, "")
    assert laptop != phone
    assert (await statuses(auth, laptop, 8))[:6] == [401] * 5 + [429]
    status, phone_then = await log_in(auth, phone)
    assert status == 200
    assert 429 in await statuses(auth, phone, 8), "a copied cookie is delayed"
    assert (await log_in(auth, phone_then))[0] == 200


async def test_device_is_known_by_any_spelling_of_the_mailbox(auth: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch) -> None:
    without_time_pressure(monkeypatch)
    await registered(auth, "jörg@example.org")
    _, device = await log_in(auth, "", "jörg@example.org")
    decomposed = "jo\u0308rg@example.org"
    _, device = await log_in(auth, device, decomposed)
    assert len(device.split("~")) == 1, "one mark"
    for number in range(8):
        status, _ = await log_in(auth, "", decomposed, f"wrong-{number}")
    assert status == 429
    assert (await log_in(auth, device, decomposed))[0] == 200


async def test_shared_browser_keeps_one_mark_per_account(auth: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch) -> None:
    without_time_pressure(monkeypatch)
    for email in (MINE, THEIRS):
        await registered(auth, email)
    device = ""
    for email in (MINE, THEIRS, MINE, MINE):
        _, device = await log_in(auth, device, email)
    assert len(device.split("~")) == 2
    assert 429 in await statuses(auth, "", 8), "an unknown device is delayed"
    for email in (MINE, THEIRS):
        assert (await log_in(auth, device, email))[0] == 200
    assert 429 in await statuses(auth, device.replace(device[:8], "0" * 8), 1), "a forged device id is not accepted"
