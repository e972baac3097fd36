"""uvicorn's HTTP protocol with the patience it lacks: half-sent requests and endless headers end."""

import asyncio
import secrets
from typing import Any

from uvicorn.protocols.http.httptools_impl import STATUS_LINE

from careplus_contracts.refusals import PROBLEM_MEDIA_TYPE, HeadersTooLarge, NotHttp, Refusal
from careplus_gateway.guards import PLAIN
from careplus_runtime.http.protocol import CoalescingProtocol

PATIENCE_S = 10.0
"""A request is here whole within so many seconds of its first byte, and that within as many of the connection."""
MAX_HEAD = 65536
"""Bytes before the headers end. The application refuses much less; this is what the parser may hold."""
MAX_REQUEST = 8 * 2**20
"""Bytes of one request on the wire, with the framing of chunks and with trailers, which the parser holds too."""
LINGER_S = 1.0
"""So long a refused caller may take to read why, before unread bytes make the system reset the connection."""


class Protocol(CoalescingProtocol):
    """Give as `http=` to uvicorn."""

    deadline: asyncio.TimerHandle | None = None
    reading: asyncio.TimerHandle | None = None
    in_head = True
    received = 0
    refused = False

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        self._start_waiting()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_waiting()
        self._is_read()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self.refused:
            return
        if self.deadline is None:
            self._start_waiting()
        self.received += len(data)
        super().data_received(data)
        if self.received > (MAX_HEAD if self.in_head else MAX_REQUEST) and not self.transport.is_closing():
            self._refuse()

    def on_message_begin(self) -> None:
        # the connection's wait ends with the first byte, the request's begins
        self._start_waiting()
        super().on_message_begin()

    def on_header(self, name: bytes, value: bytes) -> None:
        # what follows a body in chunks is dropped: a header there has passed no check
        if self.in_head:
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        self.in_head = False
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        self._stop_waiting()
        self.in_head, self.received = True, 0
        super().on_message_complete()

    def pause_writing(self) -> None:
        # a caller who does not read their answer would keep it, and the service's connection, for ever
        self.reading = self.loop.call_later(PATIENCE_S, self.transport.abort)
        super().pause_writing()

    def resume_writing(self) -> None:
        self._is_read()
        super().resume_writing()

    def _is_read(self) -> None:
        if self.reading is not None:
            self.reading.cancel()
            self.reading = None

    def send_400_response(self, msg: str) -> None:
        if self.in_head and self.cycle is not None and not self.cycle.response_complete:
            # nonsense behind a request that is being answered
            self.refused, self.cycle.keep_alive = True, False
            return
        self._write(NotHttp(msg))
        self.transport.close()

    def _start_waiting(self) -> None:
        self._stop_waiting()
        self.deadline = self.loop.call_later(PATIENCE_S, self.transport.close)

    def _stop_waiting(self) -> None:
        if self.deadline is not None:
            self.deadline.cancel()
            self.deadline = None

    def _refuse(self) -> None:
        self.refused = True
        self._stop_waiting()
        self.transport.pause_reading()
        if self.in_head and (self.cycle is None or self.cycle.response_complete):
            self._write(HeadersTooLarge("Send fewer or shorter headers."))
        self.deadline = self.loop.call_later(LINGER_S, self.transport.close)

    def _write(self, refusal: Refusal) -> None:
        body = refusal.body(secrets.token_hex(8))
        described = [(b"content-type", PROBLEM_MEDIA_TYPE.encode()), (b"content-length", b"%d" % len(body))]
        headers = [*described, *PLAIN, (b"cache-control", b"no-store"), (b"connection", b"close")]
        self.transport.write(STATUS_LINE[refusal.status] + b"".join(b"%b: %b\r\n" % pair for pair in headers) + b"\r\n" + body)
