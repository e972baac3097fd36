"""What the gateway will not look at: odd addresses, and requests larger than any of ours."""

import re

from starlette.types import ASGIApp, Receive, Scope, Send

from careplus_contracts.refusals import AddressTooLong, HeadersTooLarge, NotFound, NotHttp, Refusal, TooLarge
from careplus_runtime.problems import NOTHING_HERE, problem

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
            await problem(refusal, scope["request_id"])(scope, receive, send)
        else:
            await self.app(scope, receive, send)


def _refusal(scope: Scope) -> Refusal | None:
    path, headers = scope["raw_path"], scope["headers"]
    if len(path) + 1 + len(scope["query_string"]) > MAX_ADDRESS:
        return AddressTooLong("Send less in the address.")
    if len(headers) > MAX_HEADERS or sum(len(name) + len(value) + HEADER_OVERHEAD for name, value in headers) > MAX_HEADER_BYTES:
        return HeadersTooLarge("Send fewer or shorter headers.")
    hosts = sum(name == b"host" for name, _ in headers)
    if hosts > 1 or (hosts == 0 and scope["http_version"] == "1.1"):
        # RFC 9112, 3.2
        return NotHttp("Send one Host header.")
    if _PATH.fullmatch(path) is None:
        return NotFound(NOTHING_HERE)
    length = next((value for name, value in headers if name == b"content-length"), b"0")
    if int(length) > MAX_BODY:
        return TooLarge("Send at most 1 MiB.")
    return None
