"""uvicorn's HTTP protocol with timeouts and size limits, which it lacks: half-sent requests and endless headers end."""

import secrets
from asyncio import TimerHandle
from collections.abc import Callable, Sequence
from typing import Any

from uvicorn.protocols.http.httptools_impl import STATUS_LINE

from careplus_contracts.refusals import HeadersTooLarge, NotHttp, Refusal
from careplus_runtime.http.problems import problem
from careplus_runtime.http.protocol import CoalescingProtocol
from careplus_runtime.transport.request_limits import HEADERS_TOO_LARGE

MAX_HEAD = 65536  # bytes that the parser buffers before the headers end; RequestLimitsMiddleware allows fewer
MAX_REQUEST = 8 * 2**20  # bytes of one request on the wire, with chunk framing and trailers, which the parser buffers too
LINGER_S = 1.0  # to read a refusal before the socket closes: unread bytes make the kernel reset the connection


class LimitedProtocol(CoalescingProtocol):
    """The class for uvicorn's `http=`."""

    read_timeout_s = 10.0
    """Seconds until the first byte of a request, and again until its last."""
    write_timeout_s = 60.0
    """Seconds in which a client must go on reading. The gateway gives its own client ten, and reads as slowly as that client."""
    refusal_headers: Sequence[tuple[bytes, bytes]] = ()
    """Headers of refusals that no middleware sees."""
    in_head, received, is_refused = True, 0, False

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        self.timers: dict[str, TimerHandle] = {}
        self._start("read", self.read_timeout_s, self.transport.close)

    def connection_lost(self, exc: Exception | None) -> None:
        for timer in [*self.timers]:
            self._stop(timer)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self.is_refused:
            return
        if "read" not in self.timers:
            self._start("read", self.read_timeout_s, self.transport.close)
        self.received += len(data)
        super().data_received(data)
        if self.received > (MAX_HEAD if self.in_head else MAX_REQUEST) and not self.transport.is_closing():
            self.is_refused = True
            self.transport.pause_reading()
            if self.in_head and (self.cycle is None or self.cycle.response_complete):
                self._write(HeadersTooLarge(HEADERS_TOO_LARGE))
            self._start("read", LINGER_S, self.transport.close)

    def on_message_begin(self) -> None:
        self._start("read", self.read_timeout_s, self.transport.close)
        super().on_message_begin()

    def on_header(self, name: bytes, value: bytes) -> None:
        # drop trailers of a chunked body: no check has seen them
        if self.in_head:
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        self.in_head = False
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        self._stop("read")
        self.in_head, self.received = True, 0
        super().on_message_complete()

    def pause_writing(self) -> None:
        self._start("write", self.write_timeout_s, self.transport.abort)
        super().pause_writing()

    def resume_writing(self) -> None:
        self._stop("write")
        super().resume_writing()

    def send_400_response(self, msg: str) -> None:
        if self.in_head and self.cycle is not None and not self.cycle.response_complete:
            # garbage pipelined after a valid request: that one is still answered
            self.is_refused, self.cycle.keep_alive = True, False
        else:
            self._write(NotHttp(msg))
            self.transport.close()

    def _start(self, timer: str, seconds: float, action: Callable[[], None]) -> None:
        self._stop(timer)
        self.timers[timer] = self.loop.call_later(seconds, action)

    def _stop(self, timer: str) -> None:
        if timer in self.timers:
            self.timers.pop(timer).cancel()

    def _write(self, refusal: Refusal) -> None:
        response = problem(refusal, secrets.token_hex(8))
        headers = [*response.raw_headers, *self.refusal_headers, (b"connection", b"close")]
        head = STATUS_LINE[refusal.status] + b"".join(b"%b: %b\r\n" % pair for pair in headers)
        self.transport.write(head + b"\r\n" + bytes(response.body))
