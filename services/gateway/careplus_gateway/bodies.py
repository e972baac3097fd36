"""The body of a request: here whole before a service hears of it, so that a slow sender holds only their own connection."""

from starlette.types import Receive

from careplus_contracts.refusals import TooLarge, Unavailable
from careplus_gateway.limits import MAX_BODY

SMALL = 65536
LARGE_AT_ONCE = 24
"""So many bodies over SMALL are held at once; nothing of ours sends one."""


class Gone(Exception):
    """The caller hung up before the request was here."""


class Body:
    """Holds its place among the large ones until `close`."""

    large = 0

    def __init__(self, receive: Receive) -> None:
        self.receive = receive
        self.is_large = False

    async def read(self) -> bytes:
        """All of it. Raises Gone, TooLarge, Unavailable."""
        chunks: list[bytes] = []
        received, more = 0, True
        while more:
            message = await self.receive()
            if message["type"] == "http.disconnect":
                raise Gone
            chunks.append(message.get("body", b""))
            received += len(chunks[-1])
            if received > SMALL:
                self._check(received)
            more = message.get("more_body", False)
        return b"".join(chunks)

    def _check(self, received: int) -> None:
        if received > MAX_BODY:
            raise TooLarge("Send at most 1 MiB.")
        if not self.is_large:
            if Body.large >= LARGE_AT_ONCE:
                raise Unavailable("Many are sending much. Try again in a moment, or send less.")
            self.is_large = True
            Body.large += 1

    def close(self) -> None:
        Body.large -= self.is_large
        self.is_large = False
