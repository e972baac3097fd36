"""Sealing goes on whatever happens to one round of it."""

import asyncio

import pytest

from careplus_auth import sealing
from careplus_auth.chain import SealingKeys
from careplus_auth.sealing import Sealer
from careplus_auth.store import seals
from careplus_tables.engine import Database


async def test_what_nobody_foresaw_stops_no_sealing(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    asked, again = iter(range(3)), asyncio.Event()

    async def head(_: object) -> None:
        if next(asked, None) is None:
            again.set()
        raise KeyError

    monkeypatch.setattr(seals, "head", head)
    monkeypatch.setattr(sealing, "EVERY_S", 0.01)
    async with Sealer(database, SealingKeys(["k" * 40])).running(), asyncio.timeout(20):
        await again.wait()
