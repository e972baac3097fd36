"""Sends each anchor out of the database: into the anchor file, and to a syslog server over TLS where one is set."""

import asyncio
import ssl
from collections.abc import Awaitable
from urllib.parse import urlsplit

from careplus_auth.audit.anchor_file import AnchorFile, line_of
from careplus_auth.audit.anchors import Anchor
from careplus_auth.audit.chain import instant_text
from careplus_runtime.process.logs import error_type, log

SEND_TIMEOUT_S = 10.0
SYSLOG_PORT = 6514
"""RFC 5425."""
PRIORITY = 13 * 8 + 5
"""Facility "log audit", severity "notice" (RFC 5424)."""


class AnchorExport:
    """Sends the newest anchor. One that failed is not sent again: the next one covers it."""

    def __init__(self, file: AnchorFile | None, syslog_url: str | None) -> None:
        self.file = file
        self._syslog_url = syslog_url
        self._waiting: tuple[bytes, Anchor] | None = None
        self._added = asyncio.Event()

    def add(self, before_mac: bytes, anchor: Anchor) -> None:
        """Send this anchor soon."""
        self._waiting = before_mac, anchor
        self._added.set()

    async def run(self) -> None:
        """Send anchors until cancelled."""
        while True:
            await self._added.wait()
            await asyncio.shield(self.send())

    async def send(self) -> None:
        """Send the anchor that waits; log an error for each target that fails."""
        self._added.clear()
        if self._waiting is None:
            return
        (before_mac, anchor), self._waiting = self._waiting, None
        if self.file is not None:
            await _attempt("file", asyncio.to_thread(self.file.append, before_mac, anchor))
        if self._syslog_url is not None:
            await _attempt("syslog", _send_syslog(self._syslog_url, anchor, line_of(before_mac, anchor)))


async def _attempt(target: str, sending: Awaitable[None]) -> None:
    try:
        async with asyncio.timeout(SEND_TIMEOUT_S):
            await sending
    except Exception as error:  # a target out of reach must not stop the others
        log.error("audit_anchor_not_exported", target=target, reason=error_type(error))


async def _send_syslog(url: str, anchor: Anchor, line: str) -> None:
    """Send one message over TLS (RFC 5425). Raise OSError, also for a certificate that is not trusted."""
    parts = urlsplit(url)
    message = f"<{PRIORITY}>1 {instant_text(anchor.at)} - careplus auth audit_head - {line}".encode()
    _, writer = await asyncio.open_connection(parts.hostname, parts.port or SYSLOG_PORT, ssl=ssl.create_default_context())
    try:
        writer.write(f"{len(message)} ".encode() + message)
        await writer.drain()
    finally:
        writer.close()
        await writer.wait_closed()
