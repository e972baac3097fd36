"""The tokens of one sign-in: the access token is sent with each request, and renewed with the refresh cookie."""

import asyncio
import time
from collections.abc import AsyncGenerator
from urllib.parse import urlsplit

import httpx

from careplus_contracts import accounts
from careplus_contracts.accounts import Tokens
from careplus_contracts.client import Client, answer

EARLY_S = 30
"""Seconds before the end of an access token in which it is renewed."""


class Renewal(httpx.Auth):
    """Renews the access token shortly before it expires and after a 401; concurrent requests share one renewal.

    The refresh cookie is in the cookie jar of `http`. Without a sign-in, requests are sent as they are.
    """

    def __init__(self, http: httpx.AsyncClient) -> None:
        self.http = http
        self.tokens: Tokens | None = None
        self.renew_at = 0.0
        self.renewing = asyncio.Lock()

    def keep(self, tokens: Tokens | None) -> None:
        """Use these tokens from now on; None: the session has ended."""
        self.tokens = tokens
        self.renew_at = time.monotonic() + (tokens.expires_in - EARLY_S if tokens else 0)

    async def async_auth_flow(self, request: httpx.Request) -> AsyncGenerator[httpx.Request, httpx.Response]:
        used = self.tokens
        if used is None or request.url.path in {accounts.login.path, accounts.refresh.path}:
            yield request
            return
        if time.monotonic() >= self.renew_at:
            used = await self.renewed(used)
        request.headers["Authorization"] = f"Bearer {used.access_token}"
        response = yield request
        # only a refused token has this header: a wrong password is a 401 too
        if response.status_code == 401 and "WWW-Authenticate" in response.headers:
            used = await self.renewed(used)
            request.headers["Authorization"] = f"Bearer {used.access_token}"
            yield request

    async def renewed(self, used: Tokens) -> Tokens:
        """Return newer tokens than these. Raise Unauthenticated where the session has ended."""
        async with self.renewing:
            if self.tokens is None or self.tokens is used:
                response = await self.http.send(self.own_page().request(accounts.refresh), auth=None)
                self.keep(answer(accounts.refresh, response))
            assert self.tokens is not None
            return self.tokens

    def own_page(self) -> Client:
        """Return a client with the headers that the hospital demands beside the refresh cookie."""
        address = urlsplit(str(self.http.base_url))
        return Client(self.http, headers={"X-CarePlus": "1", "Origin": f"{address.scheme}://{address.netloc}"})
