"""Idempotency-Key: a repeated request answers what the first one answered, and acts once."""

import hashlib
import re
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col
from starlette.requests import Request
from starlette.responses import Response

from careplus_contracts.endpoints import Endpoint
from careplus_contracts.refusals import InProgress, KeyReused
from careplus_runtime.clock import now
from careplus_runtime.problems import malformed
from careplus_tables.idempotency import IdempotencyKeyRow

KEPT = timedelta(hours=24)
PURGED_AT_ONCE = 10
REPLAYED = "Idempotency-Replayed"

_in_flight: set[tuple[int, str]] = set()


async def once(
    endpoint: Endpoint[..., Any],
    request: Request,
    db: AsyncSession,
    act: Callable[[], Awaitable[Response]],
) -> Response:
    """Act, or answer what was answered before. The answer is kept in the act's own transaction; refusals are not kept."""
    key = request.headers.get("idempotency-key")
    if key is None:
        return await act()
    if not re.fullmatch(r"[\x20-\x7e]{1,255}", key):
        raise malformed([{"loc": ("header", "Idempotency-Key"), "msg": "1 to 255 printable ASCII characters"}])
    account_id = request.scope["who"].id
    key_hash = _digest(endpoint.name, key)
    mine = (account_id, key_hash)
    if mine in _in_flight:
        raise InProgress("The first request with this key has not ended. Repeat this one in a second.")
    _in_flight.add(mine)
    try:
        return await _replayed(db, mine, await _request_hash(request)) or await _kept(db, mine, request, await act())
    finally:
        _in_flight.discard(mine)


async def _replayed(db: AsyncSession, mine: tuple[int, str], request_hash: str) -> Response | None:
    first = await db.get(IdempotencyKeyRow, mine)
    if first is None:
        return None
    if first.expires_at <= now():
        await db.delete(first)
        await db.flush()
        return None
    if first.request_hash != request_hash:
        raise KeyReused("Use a new Idempotency-Key for a new request.")
    replay = Response(
        first.answer.encode(), first.status, {REPLAYED: "true", "Cache-Control": "no-store"}, media_type="application/json"
    )
    if first.etag is not None:
        replay.headers["ETag"] = first.etag
    return replay


async def _kept(db: AsyncSession, mine: tuple[int, str], request: Request, answer: Response) -> Response:
    expired = select(col(IdempotencyKeyRow.account_id), col(IdempotencyKeyRow.key_hash)).where(
        col(IdempotencyKeyRow.expires_at) <= now()
    )
    for row in (await db.execute(expired.limit(PURGED_AT_ONCE))).all():
        await db.execute(
            delete(IdempotencyKeyRow).where(
                col(IdempotencyKeyRow.account_id) == row.account_id, col(IdempotencyKeyRow.key_hash) == row.key_hash
            )
        )
    db.add(
        IdempotencyKeyRow(
            account_id=mine[0],
            key_hash=mine[1],
            request_hash=await _request_hash(request),
            status=answer.status_code,
            answer=bytes(answer.body).decode(),
            etag=answer.headers.get("etag"),
            expires_at=now() + KEPT,
        )
    )
    try:
        await db.flush()
    except IntegrityError:
        # another process was faster with the same key
        raise InProgress("The first request with this key has not ended. Repeat this one in a second.") from None
    return answer


async def _request_hash(request: Request) -> str:
    return _digest(request.method, request.url.path, (await request.body()).hex())


def _digest(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()
