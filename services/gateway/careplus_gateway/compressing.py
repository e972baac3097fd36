"""Long answers travel compressed to who takes them so: a page of the catalogue is a seventh of itself then."""

import re

from starlette.middleware.gzip import GZipMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

from careplus_runtime.http.problems import header

LONG = 4096
"""Shorter ones are two or three packets either way."""
LEVEL = 4
"""Nearly as short as the highest, in a third of the time."""


class Compressing:
    """ASGI layer. What /auth answers stays as it is: how long it is compressed would tell about the tokens in it.

    Entity tags stay the same, since they are versions of records that come back in If-Match.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.compressed = GZipMiddleware(app, minimum_size=LONG, compresslevel=LEVEL)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_http = scope["type"] == "http" and not scope["path"].startswith("/auth/")
        # HTTP/1.0 has no chunks, and how long a compressed answer is shows at its end
        is_taken = is_http and scope["http_version"] != "1.0" and takes_gzip(scope)
        await (self.compressed if is_taken else self.app)(scope, receive, send)


def takes_gzip(scope: Scope) -> bool:
    accepted = header(scope, b"accept-encoding") or ""
    coding = next((part for part in accepted.split(",") if part.partition(";")[0].strip().lower() == "gzip"), None)
    return coding is not None and not re.search(r";\s*q=0(\.0*)?\s*(;|$)", coding, re.IGNORECASE)
