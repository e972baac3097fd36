"""What browsers are told about every answer: what it may load, who may frame it, and which foreign pages may read it."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from careplus_runtime.http.problems import header
from careplus_runtime.process.settings import Settings

API_CONTENT = "default-src 'none'; frame-ancestors 'none'"
"""Of what is no page; pages bring a policy of their own."""
GUARDS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "strict-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
HSTS = "max-age=31536000"
ALLOWED = {
    "Access-Control-Allow-Methods": "GET, POST, PUT, DELETE",
    "Access-Control-Allow-Headers": "Authorization, Content-Type, Idempotency-Key, If-Match, If-None-Match, X-Request-Id",
    "Access-Control-Max-Age": "600",
}
EXPOSED = "ETag, Idempotency-Replayed, Location, RateLimit, RateLimit-Policy, Retry-After, X-Request-Id"

Headers = list[tuple[bytes, bytes]]


def on_the_wire(headers: dict[str, str]) -> Headers:
    return [(name.lower().encode(), value.encode()) for name, value in headers.items()]


PLAIN = on_the_wire({**GUARDS, "Content-Security-Policy": API_CONTENT})
"""For what is answered before there is a request."""


class Guards:
    """ASGI layer; outermost, so that failures have the same headers. Credentials are never allowed: cookies are auth's."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        rules: Rules = scope["app"].state.rules
        added = rules.headers_for(header(scope, b"origin")) if rules.origins else rules.always

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = message["headers"]
                said = any(name == b"content-security-policy" for name, _ in headers)
                message["headers"] = [*headers, *added, *([] if said else rules.strict)]
            await send(message)

        if rules.origins and scope["method"] == "OPTIONS" and (allowed := rules.preflight(scope)):
            await guarded({"type": "http.response.start", "status": 204, "headers": allowed})
            await guarded({"type": "http.response.body", "body": b""})
        else:
            await self.app(scope, receive, guarded)


class Rules:
    """What the settings say: whether all is HTTPS, and the foreign origins whose pages may call the API."""

    def __init__(self, settings: Settings) -> None:
        self.origins = frozenset(settings.allowed_cors_origins)
        self.strict = on_the_wire({"Content-Security-Policy": API_CONTENT})
        secure = {"Strict-Transport-Security": HSTS} if settings.public_url.startswith("https://") else {}
        self.always = on_the_wire({**GUARDS, **secure, **({"Vary": "Origin"} if self.origins else {})})

    def headers_for(self, origin: str | None) -> Headers:
        if origin not in self.origins:
            return self.always
        return [*self.always, *on_the_wire({"Access-Control-Allow-Origin": origin, "Access-Control-Expose-Headers": EXPOSED})]

    def preflight(self, scope: Scope) -> Headers:
        """The answer to a browser that asks whether it may; empty where it may not."""
        is_asked = header(scope, b"access-control-request-method") is not None
        return on_the_wire(ALLOWED) if is_asked and header(scope, b"origin") in self.origins else []
