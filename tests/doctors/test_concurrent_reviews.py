"""First reviews of one emergency access at the same time: one row, and a refusal for each stale one, on both databases."""

import asyncio
from collections import Counter

import httpx
import pytest

from tests.list_database import Rows, serving

AT_ONCE = 12
HEADERS = {"Authorization": "Bearer 1-admin"}


async def reviewed(url: str, access_id: int, **headers: str) -> list[httpx.Response]:
    """Return the answers to concurrent reviews of an access."""
    async with serving(url) as services:
        path, body = f"/api/admin/emergency-access/{access_id}", {"justified": True}
        requests = (services["doctors"].put(path, json=body, headers={**HEADERS, **headers}) for _ in range(AT_ONCE))
        return await asyncio.gather(*requests)


@pytest.mark.parametrize("access_id", [1000, 1001])
async def test_concurrent_first_reviews_have_one_winner(rows_at: tuple[Rows, str], access_id: int) -> None:
    answers = await reviewed(rows_at[1], access_id, **{"If-Match": '"1"'})
    assert Counter(answer.status_code for answer in answers) == {200: 1, 412: AT_ONCE - 1}
    assert {answer.json()["version"] for answer in answers} == {2}


@pytest.mark.parametrize("access_id", [1002, 1003])
async def test_reviews_without_version_replace_each_other(rows_at: tuple[Rows, str], access_id: int) -> None:
    answers = await reviewed(rows_at[1], access_id)
    assert sorted((answer.status_code, answer.json().get("version")) for answer in answers) == [
        (200, version) for version in range(2, AT_ONCE + 2)
    ]
