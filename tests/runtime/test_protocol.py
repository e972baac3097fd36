"""The writes of one event-loop iteration are sent in one write."""

import asyncio
from typing import Any

import pytest

from careplus_runtime.http.protocol import MAX_BUFFERED_BYTES, CoalescingTransport


class FakeSocket(asyncio.Transport):
    """Records the writes and the end of a connection."""

    def __init__(self) -> None:
        super().__init__()
        self.sent: list[Any] = []

    def write(self, data: Any) -> None:
        self.sent.append(bytes(data))

    def close(self) -> None:
        self.sent.append("closed")

    def abort(self) -> None:
        self.sent.append("aborted")

    def is_closing(self) -> bool:
        return "closed" in self.sent or "aborted" in self.sent


async def test_writes_of_one_iteration_are_sent_as_one() -> None:
    socket = FakeSocket()
    transport = CoalescingTransport(socket)
    transport.write(b"head ")
    transport.write(b"body")
    assert socket.sent == []
    await asyncio.sleep(0)
    transport.write(b"more")
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert socket.sent == [b"head body", b"more"]


@pytest.mark.parametrize(("end", "sent"), [("close", [b"last words", "closed"]), ("abort", ["aborted"])])
async def test_close_sends_buffer_first_and_abort_drops_it(end: str, sent: list[Any]) -> None:
    socket = FakeSocket()
    transport = CoalescingTransport(socket)
    transport.write(b"last words")
    getattr(transport, end)()
    await asyncio.sleep(0)
    assert socket.sent == sent


async def test_full_buffer_is_sent_at_once() -> None:
    socket = FakeSocket()
    transport = CoalescingTransport(socket)
    transport.write(b"head")
    transport.write(b"x" * MAX_BUFFERED_BYTES)
    assert socket.sent == [b"head" + b"x" * MAX_BUFFERED_BYTES]
