"""What the gateway will not look at: odd addresses, and requests larger than any of ours."""

import re

from starlette.types import ASGIApp, Receive, Scope, Send

from careplus_contracts.refusals import AddressTooLong, HeadersTooLarge, NotFound, NotHttp, Refusal, TooLarge
from careplus_runtime.http.problems import NOTHING_HERE, problem

MAX_BODY = 2**20
MAX_ADDRESS = 4096
MAX_HEADERS = 64
MAX_HEADER_BYTES = 16384
HEADER_OVERHEAD = len(": \r\n")

# every path of ours is spelled so; `%2e`, `%2f`, `%00`, `\`, `//` and dot segments are read differently by different readers
_PATH = re.compile(rb"(?!.*//)(?!.*/\.\.?(/|$))/[A-Za-z0-9/_.\-]*")


class Limits:
    """ASGI layer that refuses by the request line and the headers alone."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and (refusal := _refusal(scope)) is not None:
            refused = problem(refusal, scope["request_id"])
            if isinstance(refusal, NotHttp):
                # where its end is, is not certain
                refused.headers["Connection"] = "close"
            await refused(scope, receive, send)
        else:
            await self.app(scope, receive, send)


def _refusal(scope: Scope) -> Refusal | None:
    path, headers = scope["raw_path"], scope["headers"]
    if len(path) + 1 + len(scope["query_string"]) > MAX_ADDRESS:
        return AddressTooLong("Send less in the address.")
    if len(headers) > MAX_HEADERS or sum(len(name) + len(value) + HEADER_OVERHEAD for name, value in headers) > MAX_HEADER_BYTES:
        return HeadersTooLarge("Send fewer or shorter headers.")
    if not _is_http(scope["http_version"], headers):
        return NotHttp("Send HTTP/1.1 with one Host header, and a body with its length or in chunks.")
    if _PATH.fullmatch(path) is None:
        return NotFound(NOTHING_HERE)
    length = next((value for name, value in headers if name == b"content-length"), b"0")
    if int(length) > MAX_BODY:
        return TooLarge("Send at most 1 MiB.")
    return None


def _is_http(version: str, headers: list[tuple[bytes, bytes]]) -> bool:
    """What RFC 9112 asks for in 3.2 and 6.1 and the parser lets pass."""
    hosts = codings = 0
    for name, value in headers:
        if name == b"host":
            hosts += 1
        elif name == b"transfer-encoding":
            codings += 1
            if value.lower() != b"chunked":
                return False
    if version == "1.1":
        return hosts == 1
    return version == "1.0" and hosts <= 1 and codings == 0
