"""Verification of access tokens with the keys of auth (JWKS), and a cache of verified tokens."""

import asyncio
import hashlib
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

import httpx

from careplus_contracts.refusals import Unauthenticated, Unavailable
from careplus_runtime.identity.tokens import Identity, InvalidToken, UnknownKey, public_keys, verify
from careplus_runtime.process.logs import log

REFETCH_AFTER_S = 30.0
RETRY_AFTER_S = 0.2
CACHED_TOKENS = 10_000

NEEDS_TOKEN = "Sign in, and send the access token as 'Authorization: Bearer …'."


class TokenVerifier:
    """Verifies access tokens. `fetch` returns auth's JWKS; fetched keys stay valid while auth is not available."""

    def __init__(self, fetch: Callable[[], Awaitable[list[dict[str, Any]]]]) -> None:
        self._fetch = fetch
        self._keys: dict[str, Any] = {}
        self._fetched_at = float("-inf")
        self._verified: dict[bytes, Identity] = {}
        self._fetching = asyncio.Lock()

    async def fetch_until_known(self) -> None:
        """Fetch the keys at start, so that a later failure of auth does not affect verification."""
        while not self._keys:
            await asyncio.sleep(RETRY_AFTER_S)
            with suppress(Unavailable):
                await self._refresh()

    async def identify(self, token: str) -> Identity:
        """Return the identity of a token. Raise Unauthenticated, or Unavailable before the first successful fetch."""
        key = hashlib.sha256(token.encode("utf-8", "surrogateescape")).digest()
        identity = self._verified.get(key)
        if identity is None:
            identity = await self._verify(token)
            if len(self._verified) >= CACHED_TOKENS:
                del self._verified[next(iter(self._verified))]
            self._verified[key] = identity
        elif identity.expires_at <= time.time():
            del self._verified[key]
            raise Unauthenticated(NEEDS_TOKEN)
        return identity

    async def _verify(self, token: str) -> Identity:
        try:
            try:
                return verify(token, self._keys, time.time())
            except UnknownKey:
                await self._refresh()
                return verify(token, self._keys, time.time())
        except InvalidToken:
            raise Unauthenticated(NEEDS_TOKEN) from None

    async def _refresh(self) -> None:
        # concurrent requests share one fetch
        async with self._fetching:
            pause = REFETCH_AFTER_S if self._keys else RETRY_AFTER_S
            if time.monotonic() - self._fetched_at >= pause:
                self._fetched_at = time.monotonic()
                try:
                    self._keys = public_keys(await self._fetch())
                    self._verified.clear()
                except (httpx.HTTPError, ValueError, KeyError) as error:
                    log.warning("keys_not_fetched", error=type(error).__name__)
        if not self._keys:
            raise Unavailable("The sign-in service cannot be reached. Try again in a moment.")


def jwks_fetcher(http: httpx.AsyncClient, auth_url: str) -> Callable[[], Awaitable[list[dict[str, Any]]]]:
    """Return a `fetch` that requests auth's JWKS over HTTP."""

    async def fetch() -> list[dict[str, Any]]:
        response = await http.get(f"{auth_url}/.well-known/jwks.json")
        response.raise_for_status()
        keys: list[dict[str, Any]] = response.json()["keys"]
        return keys

    return fetch
