"""A real SMTP server that keeps the mails it takes."""

import email
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from email.policy import default
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, Envelope, LoginPassword, Session

from tests.hospital import free_port


class Postbox:
    """An SMTP handler that stores mails or answers with a status set by the test."""

    def __init__(self) -> None:
        self.taken: list[tuple[list[str], EmailMessage]] = []
        self.refuses: str | None = None
        self.when_taken: Callable[[], None] = lambda: None

    async def handle_DATA(self, _: Any, __: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        if self.refuses:
            return self.refuses
        assert isinstance(envelope.content, bytes)
        self.taken.append((envelope.rcpt_tos, email.message_from_bytes(envelope.content, policy=default)))
        self.when_taken()
        return "250 taken"


@contextmanager
def mail_server(postbox: Postbox, port: int | None = None) -> Iterator[str]:
    """Yield the URL of a server that demands a password, which the URL holds."""

    def check(_: Any, __: Any, ___: Any, ____: str, login: Any) -> AuthResult:
        wanted = LoginPassword(b"care plus", b"p@ss/word")
        # Not handled: the server itself answers.
        return AuthResult(success=isinstance(login, LoginPassword) and login == wanted, handled=False)

    port = port or free_port()
    running = Controller(
        postbox,
        hostname="127.0.0.1",
        port=port,
        server_hostname="tests",
        authenticator=check,
        auth_required=True,
        auth_require_tls=False,
    )
    running.start()
    try:
        yield f"smtp://care%20plus:p%40ss%2Fword@127.0.0.1:{port}"
    finally:
        running.stop()
