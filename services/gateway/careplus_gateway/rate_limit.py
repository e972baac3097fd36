"""Limits the requests of one account, or of one network without an account; each response says how many are left."""

import time
from collections import deque
from contextlib import suppress
from math import ceil

from starlette.types import ASGIApp, Receive, Scope, Send

from careplus_contracts.refusals import TooManyRequests, Unauthenticated, Unavailable
from careplus_runtime.http.addresses import network_of
from careplus_runtime.http.problems import header, problem
from careplus_runtime.identity.authorization import identify
from careplus_runtime.process.settings import Settings

WINDOW_S = 60
MAX_KEYS = 20_000  # accounts and networks; above it the least recent one is forgotten
TOO_MANY = "Too many requests from you in a minute. Wait for the seconds that Retry-After says."


class SlidingWindows:
    """The times of each key's allowed requests in the last WINDOW_S; the least recently used key is first."""

    def __init__(self) -> None:
        self.times: dict[str, deque[float]] = {}

    def count(self, key: str, limit: int) -> tuple[bool, int, int]:
        """Count a request below the limit; return if it was below, the remaining, and seconds until the oldest expires."""
        now = time.monotonic()
        times = self.times[key] = self.times.pop(key, deque())
        if len(self.times) > MAX_KEYS:
            del self.times[next(iter(self.times))]
        while times and times[0] <= now - WINDOW_S:
            times.popleft()
        if is_allowed := len(times) < limit:
            times.append(now)
        return is_allowed, limit - len(times), max(1, ceil(times[0] + WINDOW_S - now)) if times else WINDOW_S


async def policy_for(scope: Scope) -> tuple[str, int, str]:
    """Return the policy's name and this gateway's limit for a request, and the account or network to count.

    For `/auth` always the network. Each of CAREPLUS_GATEWAYS has its share of the limit, so that all together keep it.
    """
    settings: Settings = scope["app"].state.settings
    name, limit, subject = await _policy(scope, settings)
    return name, max(1, limit // settings.gateways), subject


async def _policy(scope: Scope, settings: Settings) -> tuple[str, int, str]:
    network = network_of(scope["client"][0])
    if scope["path"].startswith("/auth/"):
        return "auth", settings.rate_auth, network
    if header(scope, b"authorization") is not None:
        with suppress(Unauthenticated, Unavailable):
            return "account", settings.rate_account, str((await identify(scope, scope["app"].state.verifier)).id)
    return "anonymous", settings.rate_anonymous, network


class RateLimitMiddleware:
    """Counts each request and refuses it above the limit. Each gateway process counts for itself."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.windows = SlidingWindows()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        app: ASGIApp = self.app
        if scope["type"] == "http":
            policy, limit, subject = await policy_for(scope)
            is_allowed, remaining, reset_s = self.windows.count(f"{policy}/{subject}", limit)
            quota = f'"{policy}";r={remaining};t={reset_s}'.encode()
            terms = f'"{policy}";q={limit};w={WINDOW_S}'.encode()
            scope["response_headers"] += [(b"ratelimit-policy", terms), (b"ratelimit", quota)]
            if not is_allowed:
                app = response = problem(TooManyRequests(TOO_MANY), scope["request_id"])
                response.headers["Retry-After"] = str(reset_s)
        await app(scope, receive, send)
