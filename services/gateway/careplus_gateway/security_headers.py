"""Adds the security headers to every response, and CORS headers for the foreign origins of the settings."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from careplus_runtime.http.problems import header
from careplus_runtime.process.settings import Settings

API_CSP = "default-src 'none'; frame-ancestors 'none'"  # of every response that is not a page; pages set their own
SECURITY_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "strict-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
PREFLIGHT = {
    "Access-Control-Allow-Methods": "GET, POST, PUT, DELETE",
    "Access-Control-Allow-Headers": "Authorization, Content-Type, Idempotency-Key, If-Match, If-None-Match, X-Request-Id",
    "Access-Control-Max-Age": "600",
}
EXPOSED = "ETag, Idempotency-Replayed, Location, RateLimit, RateLimit-Policy, Retry-After, X-Request-Id"


def encoded(headers: dict[str, str]) -> list[tuple[bytes, bytes]]:
    """Return the headers as ASGI has them."""
    return [(name.lower().encode(), value.encode()) for name, value in headers.items()]


CSP = encoded({"Content-Security-Policy": API_CSP})


def headers_for(settings: Settings) -> list[tuple[bytes, bytes]]:
    """Return the headers of every response."""
    secure = {"Strict-Transport-Security": settings.hsts} if settings.hsts else {}
    return encoded({**SECURITY_HEADERS, **secure, **({"Vary": "Origin"} if settings.cors_origins else {})})


class SecurityHeadersMiddleware:
    """Outermost. Inner layers append to `scope["response_headers"]`. CORS never allows credentials: only auth reads cookies."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        settings: Settings = scope["app"].state.settings
        added = scope["response_headers"] = [*scope["app"].state.security_headers]
        is_preflight = False
        if settings.cors_origins and (origin := header(scope, b"origin")) in settings.allowed_cors_origins:
            added += encoded({"Access-Control-Allow-Origin": origin, "Access-Control-Expose-Headers": EXPOSED})
            is_preflight = scope["method"] == "OPTIONS" and header(scope, b"access-control-request-method") is not None

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                has_csp = any(name == b"content-security-policy" for name, _ in message["headers"])
                message["headers"] = [*message["headers"], *added, *([] if has_csp else CSP)]
            await send(message)

        if is_preflight:
            await send_with_headers({"type": "http.response.start", "status": 204, "headers": encoded(PREFLIGHT)})
            await send({"type": "http.response.body"})
        else:
            await self.app(scope, receive, send_with_headers)
