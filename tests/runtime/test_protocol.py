"""What is written in one turn of the loop leaves in one piece."""

import asyncio
from typing import Any

import pytest

from careplus_runtime.http.protocol import AT_ONCE, Joined


class Wire(asyncio.Transport):
    """What a socket was given, in its order."""

    def __init__(self) -> None:
        super().__init__()
        self.given: list[Any] = []

    def write(self, data: Any) -> None:
        self.given.append(bytes(data))

    def close(self) -> None:
        self.given.append("closed")

    def abort(self) -> None:
        self.given.append("aborted")

    def is_closing(self) -> bool:
        return "closed" in self.given or "aborted" in self.given


async def test_head_and_body_leave_together_and_the_next_turn_by_itself() -> None:
    wire = Wire()
    joined = Joined(wire)
    joined.write(b"head ")
    joined.write(b"body")
    assert wire.given == []
    await asyncio.sleep(0)
    joined.write(b"more")
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert wire.given == [b"head body", b"more"]


@pytest.mark.parametrize(("end", "given"), [("close", [b"last words", "closed"]), ("abort", ["aborted"])])
async def test_what_was_written_leaves_before_the_end_and_not_to_who_is_gone(end: str, given: list[Any]) -> None:
    wire = Wire()
    joined = Joined(wire)
    joined.write(b"last words")
    getattr(joined, end)()
    await asyncio.sleep(0)
    assert wire.given == given


async def test_much_does_not_wait_where_no_limit_counts_it() -> None:
    wire = Wire()
    joined = Joined(wire)
    joined.write(b"head")
    joined.write(b"x" * AT_ONCE)
    assert wire.given == [b"head" + b"x" * AT_ONCE]
