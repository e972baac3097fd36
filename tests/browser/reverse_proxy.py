"""A reverse proxy like nginx in front of the containers: static files, the API forwarded, and 502 while the gateway is down."""

import threading
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import httpx
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Mount
from starlette.types import Receive, Scope, Send

from careplus_gateway.pages import Pages

FORWARDED = ("/api/", "/auth/", "/docs", "/openapi.json")
HOP_BY_HOP = {b"connection", b"keep-alive", b"transfer-encoding", b"content-length", b"date", b"server"}


class ReverseProxy:
    """ASGI app for the files in `web` and the gateway at `gateway`."""

    def __init__(self, gateway: str, web: Path) -> None:
        self.gateway, self.pages = gateway, Pages(web)
        self.app = Starlette(routes=[Mount("/", app=self)], lifespan=self._lifespan)
        self.http: httpx.AsyncClient

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["path"].startswith(FORWARDED):
            await (await self._forward(Request(scope, receive)))(scope, receive, send)
        else:
            await self.pages(scope, receive, send)

    @asynccontextmanager
    async def _lifespan(self, _: Starlette) -> AsyncIterator[None]:
        async with httpx.AsyncClient(trust_env=False, timeout=30) as self.http:
            yield

    async def _forward(self, request: Request) -> Response:
        address = httpx.URL(self.gateway).copy_with(path=request.url.path, query=request.url.query.encode() or None)
        sent = [(name, value) for name, value in request.headers.raw if name != b"host" and name not in HOP_BY_HOP]
        try:
            outgoing = self.http.build_request(request.method, address, headers=sent, content=await request.body())
            answer = await self.http.send(outgoing, stream=True)
            body = b"".join([chunk async for chunk in answer.aiter_raw()])
        except httpx.TransportError:
            return PlainTextResponse("Bad gateway", 502)
        response = Response(body, answer.status_code)
        headers = [(name.lower(), value) for name, value in answer.headers.raw if name.lower() not in HOP_BY_HOP]
        length = [pair for pair in response.raw_headers if pair[0] == b"content-length"]
        response.raw_headers = headers + (length if answer.status_code not in {204, 304} else [])
        return response


@contextmanager
def serve_proxy(proxy: ReverseProxy, port: int) -> Iterator[None]:
    """Serve the proxy on a port of this machine, in a thread, until the block ends."""
    server = uvicorn.Server(uvicorn.Config(proxy.app, host="127.0.0.1", port=port, log_level="error"))
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        while not server.started:
            assert thread.is_alive(), "the proxy did not start"
            time.sleep(0.01)
        yield
    finally:
        server.should_exit = True
        thread.join()
