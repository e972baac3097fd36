"""The event loop of every process."""

from typing import Any

import uvloop

HANDSHAKE_S = 10.0
"""For a TLS handshake, before the timeouts of requests begin; uvloop's default is a minute, and uvicorn cannot set it."""


class Loop(uvloop.Loop):
    """uvloop's loop with a shorter limit on TLS handshakes."""

    async def create_server(self, *args: Any, **options: Any) -> Any:
        if options.get("ssl") is not None:
            options["ssl_handshake_timeout"] = HANDSHAKE_S
        return await super().create_server(*args, **options)


class SharedPortLoop(Loop):
    """Listens on a port together with other workers; Linux gives each of them a share of the connections."""

    async def create_server(self, *args: Any, **options: Any) -> Any:
        return await super().create_server(*args, reuse_port=True, **options)
