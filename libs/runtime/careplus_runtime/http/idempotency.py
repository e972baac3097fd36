"""Idempotency-Key: a repeated request gets the stored first answer and is not run again.

Only the sender of the same key and the same request can read a stored answer: it is encrypted with a key derived from the
Idempotency-Key, of which the database has only a hash, and authenticated with the request, so that another request cannot
decrypt it.
"""

import hashlib
import re
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any, NamedTuple

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
from careplus_tables.compiled import CompiledStatement
from careplus_tables.idempotency import NO_ACCOUNT, IdempotencyKeyRow

LIFETIME = timedelta(hours=24)
REPLAYED = "Idempotency-Replayed"
IN_PROGRESS = "The first request with this key has not ended. Repeat this one in a second."
NONCE_BYTES = 12

_table = core(IdempotencyKeyRow)
_is_this = sa.and_(_table.c.account_id == sa.bindparam("account_id"), _table.c.key_hash == sa.bindparam("key_hash"))
_has_expired = _table.c.expires_at <= sa.bindparam("at", type_=InstantColumn)
_FIND = CompiledStatement(sa.select(_table.c.status, _table.c.etag, _table.c.ciphertext).where(_is_this, sa.not_(_has_expired)))
# RETURNING, because CompiledStatement fetches rows, and PostgreSQL's driver raises where there are none to fetch
_DELETE_EXPIRED = CompiledStatement(sa.delete(_table).where(_is_this, _has_expired).returning(_table.c.status))
_oldest = sa.select(_table.c.account_id, _table.c.key_hash).where(_has_expired).order_by(_table.c.expires_at)
_PURGE = CompiledStatement(
    sa.delete(_table)
    .where(sa.tuple_(_table.c.account_id, _table.c.key_hash).in_(_oldest.limit(sa.bindparam("max_rows")).correlate(None)))
    .returning(_table.c.status)
)

StoreAnswer = Callable[[AsyncSession, Response], Awaitable[None]]
"""Stores the answer in the session's transaction."""


class _RowKey(NamedTuple):
    account_id: int
    key_hash: str


_in_flight: set[_RowKey] = set()


@dataclass(frozen=True)
class _StoredAnswer:
    """The row of the answer to a request, and the cipher of its text."""

    key: _RowKey
    cipher: AESGCM
    request: bytes

    def encrypt(self, answer: bytes) -> bytes:
        nonce = secrets.token_bytes(NONCE_BYTES)
        return nonce + self.cipher.encrypt(nonce, answer, self.request)

    def decrypt(self, ciphertext: bytes) -> bytes:
        """Return the answer. Raise KeyReused when it was encrypted with another request."""
        try:
            return self.cipher.decrypt(ciphertext[:NONCE_BYTES], ciphertext[NONCE_BYTES:], self.request)
        except InvalidTag:
            raise KeyReused("Use a new Idempotency-Key for a new request.") from None


async def replay_or_run(
    endpoint: Endpoint[..., Any], request: Request, run: Callable[[StoreAnswer | None], Awaitable[Response]]
) -> Response:
    """Return the stored answer, or `run` the request, which stores its answer in its own transaction; refusals are not stored."""
    key = header(request.scope, b"idempotency-key")
    if key is None:
        return await run(None)
    if not re.fullmatch(r"[\x20-\x7e]{1,255}", key):
        raise malformed([{"loc": ("header", "Idempotency-Key"), "msg": "1 to 255 printable ASCII characters"}])
    stored = await _stored_answer(endpoint, request, key)
    if stored.key in _in_flight:
        raise InProgress(IN_PROGRESS)
    _in_flight.add(stored.key)
    try:
        return await _replay(endpoint, request, stored) or await run(partial(_store, stored))
    except Refusal:
        # another process may have run the same request in the meantime
        if answer := await _replay(endpoint, request, stored):
            return answer
        raise
    finally:
        _in_flight.discard(stored.key)


def derived_key_headers(request: Request, purpose: str) -> dict[str, str]:
    """Return headers for a call to another service with a key derived from this request's, so that both run once."""
    key = header(request.scope, b"idempotency-key")
    return {} if key is None else {"Idempotency-Key": _digest("onward", purpose, key)}


async def _stored_answer(endpoint: Endpoint[..., Any], request: Request, key: str) -> _StoredAnswer:
    # Public endpoints have no account, so the key space is shared; only the identical request can decrypt the stored answer.
    account_id = NO_ACCOUNT if endpoint.public else request.scope["user"].id
    # auth adds its secret, because its bodies hold passwords; elsewhere the Idempotency-Key alone protects the answer
    salt = (request.app.state.settings.secret_key or "").encode()
    derivation = HKDF(SHA256(), length=32, salt=salt, info=f"careplus kept answer {account_id} {endpoint.name}".encode())
    identity = f"{request.method} {request.url.path}\n".encode() + await request.body()
    return _StoredAnswer(_RowKey(account_id, _digest(endpoint.name, key)), AESGCM(derivation.derive(key.encode())), identity)


async def _replay(endpoint: Endpoint[..., Any], request: Request, stored: _StoredAnswer) -> Response | None:
    async with request.app.state.database.reading() as db:
        rows = await _FIND.all(db, **stored.key._asdict(), at=now())
    if not rows:
        return None
    status, etag, ciphertext = rows[0]
    headers = {REPLAYED: "true", "Cache-Control": "no-store"} | ({} if etag is None else {"ETag": etag})
    media_type, answer = None if status == 204 else "application/json", stored.decrypt(bytes(ciphertext))
    if status == 201:
        headers["Location"] = endpoint.location_of(answer, request.path_params)
    return Response(answer, status, headers, media_type=media_type)


async def _store(stored: _StoredAnswer, db: AsyncSession, answer: Response) -> None:
    await _DELETE_EXPIRED.all(db, **stored.key._asdict(), at=now())
    db.add(
        IdempotencyKeyRow(
            **stored.key._asdict(),
            status=answer.status_code,
            etag=answer.headers.get("etag"),
            ciphertext=stored.encrypt(bytes(answer.body)),
            expires_at=now() + LIFETIME,
        )
    )
    try:
        await db.flush()
    except IntegrityError:
        # another process has stored the answer to the same key
        raise InProgress(IN_PROGRESS) from None


async def purge(db: AsyncSession, max_rows: int) -> int:
    """Delete up to `max_rows` expired answers of all services and return their number; auth calls this."""
    return len(await _PURGE.all(db, at=now(), max_rows=max_rows))


def _digest(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()
