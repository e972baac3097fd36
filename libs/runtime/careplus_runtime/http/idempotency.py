"""Idempotency-Key: a repeated request answers what the first one answered, and acts once.

What is kept can be read by whoever sends the key and the request again, and by nobody else: the answer is sealed with what is
made from the Idempotency-Key, of which the database has only a hash, and with the request, so that another one does not open it.
"""

import hashlib
import re
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any

import sqlalchemy as sa
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import Request
from starlette.responses import Response

from careplus_contracts.endpoints import Endpoint
from careplus_contracts.refusals import InProgress, KeyReused, Refusal
from careplus_runtime.http.problems import header, malformed
from careplus_runtime.process.clock import now
from careplus_tables.columns import InstantColumn, core
from careplus_tables.idempotency import NOBODY, IdempotencyKeyRow
from careplus_tables.statements import Statement

KEPT = timedelta(hours=24)
REPLAYED = "Idempotency-Replayed"
UNDER_WAY = "The first request with this key has not ended. Repeat this one in a second."
NONCE = 12

_table = core(IdempotencyKeyRow)
_is_this = sa.and_(_table.c.account_id == sa.bindparam("account_id"), _table.c.key_hash == sa.bindparam("key_hash"))
_has_expired = _table.c.expires_at <= sa.bindparam("at", type_=InstantColumn)
_FIND = Statement(sa.select(_table.c.status, _table.c.etag, _table.c.sealed).where(_is_this, sa.not_(_has_expired)))
# PostgreSQL's driver asks for rows of every statement
_FORGET = Statement(sa.delete(_table).where(_is_this, _has_expired).returning(_table.c.status))
_oldest = sa.select(_table.c.account_id, _table.c.key_hash).where(_has_expired).order_by(_table.c.expires_at)
_PURGE = Statement(
    sa.delete(_table)
    .where(sa.tuple_(_table.c.account_id, _table.c.key_hash).in_(_oldest.limit(sa.bindparam("at_most")).correlate(None)))
    .returning(_table.c.status)
)

Keep = Callable[[AsyncSession, Response], Awaitable[None]]
_in_flight: set[tuple[int, str]] = set()


@dataclass(frozen=True)
class _Kept:
    """Where the answer to a request is kept, and what opens it."""

    row: tuple[int, str]
    seal: AESGCM
    request: bytes

    def sealed(self, answer: bytes) -> bytes:
        nonce = secrets.token_bytes(NONCE)
        return nonce + self.seal.encrypt(nonce, answer, self.request)

    def opened(self, sealed: bytes) -> bytes:
        """Raises KeyReused where it was sealed with another request."""
        try:
            return self.seal.decrypt(sealed[:NONCE], sealed[NONCE:], self.request)
        except InvalidTag:
            raise KeyReused("Use a new Idempotency-Key for a new request.") from None


async def once(endpoint: Endpoint[..., Any], request: Request, act: Callable[[Keep | None], Awaitable[Response]]) -> Response:
    """Act, or answer what was answered before. `act` keeps its answer in its own transaction; refusals are not kept."""
    key = header(request.scope, b"idempotency-key")
    if key is None:
        return await act(None)
    if not re.fullmatch(r"[\x20-\x7e]{1,255}", key):
        raise malformed([{"loc": ("header", "Idempotency-Key"), "msg": "1 to 255 printable ASCII characters"}])
    kept = await _kept(endpoint, request, key)
    if kept.row in _in_flight:
        raise InProgress(UNDER_WAY)
    _in_flight.add(kept.row)
    try:
        return await _first(request, kept) or await act(partial(_keep, kept))
    except Refusal:
        # another process may have been faster with the same key
        if first := await _first(request, kept):
            return first
        raise
    finally:
        _in_flight.discard(kept.row)


def onward(request: Request, purpose: str) -> dict[str, str]:
    """The headers that make a call to another service part of this request: repeated with it, done once with it."""
    key = header(request.scope, b"idempotency-key")
    return {} if key is None else {"Idempotency-Key": _digest("onward", purpose, key)}


async def _kept(endpoint: Endpoint[..., Any], request: Request, key: str) -> _Kept:
    # without an account nobody is known: a key is then everybody's, and opens what was sent with it to whoever knows all of it
    account_id = NOBODY if endpoint.public else request.scope["user"].id
    # auth, whose bodies hold passwords, has a secret; elsewhere the seal is as hard to guess as the key
    salt = (request.app.state.settings.secret_key or "").encode()
    seal = HKDF(SHA256(), length=32, salt=salt, info=f"careplus kept answer {account_id} {endpoint.name}".encode())
    said = f"{request.method} {request.url.path}\n".encode() + await request.body()
    return _Kept((account_id, _digest(endpoint.name, key)), AESGCM(seal.derive(key.encode())), said)


async def _first(request: Request, kept: _Kept) -> Response | None:
    account_id, key_hash = kept.row
    async with request.app.state.database.reading() as db:
        rows = await _FIND.all(db, account_id=account_id, key_hash=key_hash, at=now())
    if not rows:
        return None
    status, etag, sealed = rows[0]
    headers = {REPLAYED: "true", "Cache-Control": "no-store"} | ({} if etag is None else {"ETag": etag})
    media_type = None if status == 204 else "application/json"
    return Response(kept.opened(bytes(sealed)), status, headers, media_type=media_type)


async def purge(db: AsyncSession, at_most: int) -> int:
    """Delete so many answers that are given to nobody any more; answers how many there were. Auth's part, for all services."""
    return len(await _PURGE.all(db, at=now(), at_most=at_most))


async def _keep(kept: _Kept, db: AsyncSession, answer: Response) -> None:
    account_id, key_hash = kept.row
    await _FORGET.all(db, account_id=account_id, key_hash=key_hash, at=now())
    db.add(
        IdempotencyKeyRow(
            account_id=account_id,
            key_hash=key_hash,
            status=answer.status_code,
            etag=answer.headers.get("etag"),
            sealed=kept.sealed(bytes(answer.body)),
            expires_at=now() + KEPT,
        )
    )
    try:
        await db.flush()
    except IntegrityError:
        # another process was faster with the same key
        raise InProgress(UNDER_WAY) from None


def _digest(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()
