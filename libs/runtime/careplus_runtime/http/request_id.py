"""Middleware that gives every request an id and logs it."""

import hmac
import re
import secrets
import time

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from careplus_contracts.refusals import Unexpected
from careplus_contracts.registry import ENDPOINTS
from careplus_runtime.http.problems import header, problem
from careplus_runtime.process.logs import log

_REQUEST_ID = re.compile(r"[A-Za-z0-9-]{8,64}")
_OWN_KEY = secrets.token_urlsafe(32)
"""Of this process, where CAREPLUS_FORWARDED_KEY is not set."""
_BEFORE_TOKENS = tuple({one.path.partition("{")[0] for one in ENDPOINTS if one.path.endswith("_token}")})


class RequestIdMiddleware:
    """Gives every request an id, logs it, and turns an unexpected exception into a 500 problem.

    The gateway sets `log_all`, so that each request is one log line, except successful requests to `/health`, which the health
    monitor sends every second. Such a line names its caller by keyed hashes. Services log only 5xx.
    """

    def __init__(self, app: ASGIApp, *, log_all: bool) -> None:
        self.app = app
        self.log_all = log_all

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        sent_id = header(scope, b"x-request-id") or ""
        request_id = sent_id if _REQUEST_ID.fullmatch(sent_id) else secrets.token_hex(8)
        scope["request_id"] = request_id
        started, status = time.perf_counter(), 0
        if (metrics := getattr(scope["app"].state, "metrics", None)) is not None:
            metrics.in_progress += 1

        async def with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message["headers"], (b"x-request-id", request_id.encode())]
            await send(message)

        try:
            await self.app(scope, receive, with_id)
        except Exception:
            log.exception("request_failed", request_id=request_id, method=scope["method"], path=loggable(scope["path"]))
            if status:
                raise
            unexpected = Unexpected("This should not happen. Please tell us the request id.")
            await problem(unexpected, request_id)(scope, receive, with_id)
        finally:
            if metrics is not None:
                metrics.in_progress -= 1
                metrics.count(scope, status, time.perf_counter() - started)
        if (self.log_all and (scope["path"] != "/health" or status >= 400)) or status >= 500:
            more = {"ms": round((time.perf_counter() - started) * 1000, 1), **(_caller(scope) if self.log_all else {})}
            known = {"request_id": request_id, "method": scope["method"], "path": loggable(scope["path"]), "status": status}
            log.log(30 if status >= 500 else 20, "request_finished", **known, **more)


def loggable(path: str) -> str:
    """Return a path for the log, without the token at its end: readers of the log could use it."""
    return next((f"{before}…" for before in _BEFORE_TOKENS if path.startswith(before)), path)


def _caller(scope: Scope) -> dict[str, str]:
    """Return keyed hashes of the client's address and of the account, equal for each of their requests while the key is."""
    key = (scope["app"].state.settings.forwarded_key or _OWN_KEY).encode()
    named = {"address_hash": scope["client"] and scope["client"][0], "account_hash": "identity" in scope and scope["identity"].id}
    return {name: hmac.digest(key, f"{name} {value}".encode(), "sha256").hex()[:16] for name, value in named.items() if value}
