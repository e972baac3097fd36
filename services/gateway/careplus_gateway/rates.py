"""How much one account, or one address without an account, may ask in a minute; every answer says how much is left."""

import time
from collections import deque
from math import ceil

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from careplus_contracts.refusals import TooManyRequests, Unauthenticated, Unavailable
from careplus_runtime.http.addresses import network_of
from careplus_runtime.http.problems import header, problem
from careplus_runtime.identity.authorization import identify
from careplus_runtime.process.settings import Settings

KEYS = 20_000
"""So many accounts and addresses are counted; of more, those who were quiet longest are forgotten."""
TOO_MANY = "Too many requests from you in a minute. Wait for the seconds that Retry-After says."


class Windows(MemoryStorage):
    """Bounded, and without a thread that looks at every key a hundred times a second, as the library's own has."""

    def __init__(self) -> None:
        super().__init__()
        self.windows: dict[str, deque[float]] = {}

    def acquire_entry(self, key: str, limit: int, expiry: int, amount: int = 1) -> bool:
        window = self.window(key, expiry)
        # whoever asked last stands last
        self.windows[key] = self.windows.pop(key, window)
        if len(self.windows) > KEYS:
            del self.windows[next(iter(self.windows))]
        if len(window) + amount > limit:
            return False
        window.extend([time.time()] * amount)
        return True

    def get_moving_window(self, key: str, limit: int, expiry: int) -> tuple[float, int]:  # noqa: ARG002 - the library's signature
        window = self.window(key, expiry)
        return (window[0] if window else time.time()), len(window)

    def window(self, key: str, expiry: int) -> deque[float]:
        """When it asked, of those times that still count; empty for one that is not known."""
        window = self.windows.get(key)
        if window is None:
            return deque()
        begins = time.time() - expiry
        while window and window[0] <= begins:
            window.popleft()
        return window


class Policy:
    """One row of what is allowed, and its name in RateLimit-Policy."""

    def __init__(self, name: str, a_minute: int) -> None:
        self.name = name
        self.item = RateLimitItemPerMinute(a_minute, namespace=name)
        self.header = f'"{name}";q={a_minute};w=60'.encode()


class Rates:
    """ASGI layer that counts and refuses; /auth is for everybody counted by address, and more strictly."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        counter: Counter = scope["app"].state.counter
        policy, whose = await counter.counted(scope)
        is_allowed = counter.limiter.hit(policy.item, whose)
        resets_at, left = counter.limiter.get_window_stats(policy.item, whose)
        wait_s = max(1, ceil(resets_at - time.time()))
        said = [(b"ratelimit-policy", policy.header), (b"ratelimit", f'"{policy.name}";r={left};t={wait_s}'.encode())]

        async def saying(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], *said]
            await send(message)

        if is_allowed:
            await self.app(scope, receive, saying)
        else:
            refused = problem(TooManyRequests(TOO_MANY), scope["request_id"])
            refused.headers["Retry-After"] = str(wait_s)
            await refused(scope, receive, saying)


class Counter:
    """What this process counts by: the policies of the settings."""

    def __init__(self, settings: Settings) -> None:
        self.limiter = MovingWindowRateLimiter(Windows())
        self.account = Policy("account", settings.rate_account)
        self.anonymous = Policy("anonymous", settings.rate_anonymous)
        self.auth = Policy("auth", settings.rate_auth)

    async def counted(self, scope: Scope) -> tuple[Policy, str]:
        """Which policy is for a request, and whose count."""
        peer = network_of(scope["client"][0] if scope.get("client") else "")
        if scope["path"].startswith("/auth/"):
            return self.auth, peer
        if header(scope, b"authorization") is not None:
            try:
                return self.account, str((await identify(scope, scope["app"].state.verifier)).id)
            except (Unauthenticated, Unavailable):
                pass
        return self.anonymous, peer
