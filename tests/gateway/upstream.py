"""A stand-in for the services: records requests and answers as a test defines, also with the failures of a service."""

import asyncio
import json
import threading
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import uvicorn
from starlette.types import Receive, Scope, Send

from careplus_contracts.endpoints import Role
from careplus_runtime.identity.tokens import SigningKey

KEY = SigningKey.from_secret("a secret of the tests, long enough for all of them")
JWKS = json.dumps({"keys": [KEY.public_jwk]}).encode()

Answer = Callable[[Scope, Receive, Send], Awaitable[None]]


def token(role: Role = Role.PATIENT, account_id: int = 7) -> str:
    return KEY.sign(account_id, role, "session-of-the-tests", int(time.time()))


def json_response(status: int = 200, body: bytes = b"{}", *headers: tuple[bytes, bytes]) -> Answer:
    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        own = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
        has_body = status not in {204, 304}
        await send({"type": "http.response.start", "status": status, "headers": [*headers, *(own if has_body else [])]})
        await send({"type": "http.response.body", "body": body if has_body else b""})

    return answer


async def interrupt(scope: Scope, receive: Receive, send: Send) -> None:
    """Send half of a small response, then close the connection."""
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"1000")]})
    await send({"type": "http.response.body", "body": b"half", "more_body": True})


async def interrupt_stream(scope: Scope, receive: Receive, send: Send) -> None:
    """Send part of a streamed response, then close the connection."""
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"x" * 2**20, "more_body": True})


async def interrupt_after_head(scope: Scope, receive: Receive, send: Send) -> None:
    """Send status and headers only, then close the connection."""
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"", "more_body": True})


@dataclass
class Received:
    method: str
    path: str
    query: bytes
    headers: list[tuple[bytes, bytes]]
    body: bytes

    def header(self, name: bytes) -> bytes | None:
        return next((value for key, value in self.headers if key == name), None)


@dataclass
class Upstream:
    """A server on `port`. The first of `next_answers` responds to a request; `answer` if there is none."""

    port: int
    answer: Answer = field(default_factory=json_response)
    next_answers: list[Answer] = field(default_factory=list)
    arrived: list[Received] = field(default_factory=list)
    server: uvicorn.Server | None = None
    thread: threading.Thread | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["path"] == "/.well-known/jwks.json":
            await json_response(200, JWKS)(scope, receive, send)
            return
        if scope["path"] in {"/ready", "/health"}:
            await json_response()(scope, receive, send)
            return
        body, more = b"", True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                return
            body += message.get("body", b"")
            more = message.get("more_body", False)
        self.arrived.append(Received(scope["method"], scope["path"], scope["query_string"], scope["headers"], body))
        answer = self.next_answers.pop(0) if self.next_answers else self.answer
        await answer(scope, receive, send)

    def start(self) -> None:
        config = uvicorn.Config(self, port=self.port, log_level="critical", access_log=False, lifespan="off", ws="none")
        self.server = uvicorn.Server(config)
        self.thread = threading.Thread(target=self.server.run)
        self.thread.start()
        while not self.server.started:
            time.sleep(0.01)

    def stop(self) -> None:
        assert self.server is not None
        assert self.thread is not None
        self.server.should_exit = True
        self.server.force_exit = True
        self.thread.join(10)

    def reset(self) -> None:
        self.answer = json_response()
        self.arrived.clear()
        self.next_answers.clear()


async def no_response(scope: Scope, receive: Receive, send: Send) -> None:
    """Read the request and do not respond."""
    await receive()


async def close_connection(scope: Scope, receive: Receive, send: Send) -> None:
    """Close the connection without a response."""
    connection: Any = send
    connection.__self__.transport.abort()


async def not_http(scope: Scope, receive: Receive, send: Send) -> None:
    """Respond with bytes that are not HTTP."""
    connection: Any = send
    connection.__self__.transport.write(b"hello\r\n\r\n")
    connection.__self__.transport.close()


def in_chunks(*parts: bytes, pause_s: float = 0.3) -> Answer:
    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"application/json")]})
        for part in parts:
            await send({"type": "http.response.body", "body": part, "more_body": True})
            await asyncio.sleep(pause_s)
        await send({"type": "http.response.body", "body": b""})

    return answer
