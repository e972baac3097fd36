"""Slow work runs in thread pools with bounded queues."""

import asyncio
import threading

import pytest
from passlib.hash import argon2

from careplus_auth.sign_in import passwords
from careplus_auth.sign_in.bounded_executor import BoundedExecutor
from careplus_contracts.refusals import Unavailable


async def test_full_queue_raises_unavailable_with_retry_after() -> None:
    threads, opens = BoundedExecutor("tests", 1, max_pending=3), threading.Event()
    waiting = [asyncio.create_task(threads.run(opens.wait, 30)) for _ in range(3)]
    await asyncio.sleep(0)
    with pytest.raises(Unavailable) as refused:
        await threads.run(opens.wait, 30)
    assert refused.value.headers() == {"Retry-After": "2"}
    opens.set()
    assert await asyncio.gather(*waiting) == [True] * 3
    assert await threads.run(opens.wait, 30), "a finished call frees a place in the queue"


async def test_sign_in_does_not_wait_for_strength_checks(monkeypatch: pytest.MonkeyPatch) -> None:
    opens = threading.Event()
    monkeypatch.setattr(passwords, "check_strength", lambda *_: opens.wait(30))
    choosing = [asyncio.create_task(passwords.hash_new("seven-quiet-herons")) for _ in range(8)]
    await asyncio.sleep(0)
    async with asyncio.timeout(20):
        assert not await passwords.verify_password("anything", None)
    assert not any(task.done() for task in choosing)
    opens.set()
    await asyncio.gather(*choosing)


async def test_hundred_concurrent_hashes_are_served(monkeypatch: pytest.MonkeyPatch) -> None:
    # the test is about the size of the queue; 150 hashes of the real cost take 4 s of processor time
    monkeypatch.setattr(passwords, "_DUMMY_HASH", argon2.using(type="ID", memory_cost=64, rounds=1).hash("nothing"))
    assert await asyncio.gather(*(passwords.verify_password("anything", None) for _ in range(150))) == [False] * 150
