"""uvicorn's HTTP protocol, with the head and the body of a response in one write."""

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

MAX_BUFFERED_BYTES = 65536


class CoalescingTransport(asyncio.Transport):
    """A transport that sends the writes of one event-loop iteration as one, so that the receiver wakes up once."""

    def __init__(self, transport: asyncio.Transport) -> None:
        super().__init__()
        self._transport = transport
        self._loop = asyncio.get_running_loop()
        self._buffer: list[Any] = []
        self._size = 0

    def write(self, data: Any) -> None:
        if not self._buffer:
            self._loop.call_soon(self._send)
        self._buffer.append(data)
        self._size += len(data)
        if self._size > MAX_BUFFERED_BYTES:
            # hand over early, so that the transport's own buffer limits pause the writer
            self._send()

    def _send(self) -> None:
        buffer, self._buffer, self._size = self._buffer, [], 0
        if buffer and not self._transport.is_closing():
            self._transport.write(b"".join(buffer))

    def close(self) -> None:
        self._send()
        self._transport.close()

    def abort(self) -> None:
        self._transport.abort()

    def is_closing(self) -> bool:
        return self._transport.is_closing()

    def pause_reading(self) -> None:
        self._transport.pause_reading()

    def resume_reading(self) -> None:
        self._transport.resume_reading()

    def set_protocol(self, protocol: asyncio.BaseProtocol) -> None:
        self._transport.set_protocol(protocol)

    def get_protocol(self) -> asyncio.BaseProtocol:
        return self._transport.get_protocol()

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        return self._transport.get_extra_info(name, default)


class CoalescingProtocol(HttpToolsProtocol):
    """The protocol to pass to uvicorn as `http=`."""

    def connection_made(self, transport: Any) -> None:
        super().connection_made(CoalescingTransport(transport))
