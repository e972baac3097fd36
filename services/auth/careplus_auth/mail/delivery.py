"""Mail delivery over SMTP, or into files where no mail server is set."""

import os
from collections.abc import Mapping
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import formatdate, parseaddr
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple
from urllib.parse import unquote, urlsplit

import aiosmtplib

from careplus_auth.mail.html import to_html
from careplus_auth.mail.templates import Kind, write
from careplus_clinic.calendar_file import CalendarMethod
from careplus_contracts.notices import NoticeKind
from careplus_contracts.texts import mailed_address
from careplus_contracts.values import PortalLanguage
from careplus_runtime.process.logs import log
from careplus_runtime.process.settings import Settings, SettingsError
from careplus_runtime.process.urls import is_loopback

TIMEOUT_S = 20.0
PORTS = {"smtp": 587, "smtps": 465}


class Calendar(NamedTuple):
    """A visit as an iCalendar file, and what a calendar program does with it."""

    text: str
    method: CalendarMethod


class Mail(NamedTuple):
    """One mail to deliver. `message_id` and `file_name` are the same for each attempt.

    `words` are those of its template beside the link; `opt_out` is the address that switches such mails off. A text message is
    made of a mail without `email`.
    """

    message_id: str
    file_name: str
    kind: Kind | NoticeKind
    language: PortalLanguage
    email: str
    link: str | None
    words: Mapping[str, str] = MappingProxyType({})
    calendar: Calendar | None = None
    opt_out: str | None = None


def check_replicas(settings: Settings) -> None:
    """Raise SettingsError where replicas on several machines would write mails into files, each on a disk of its own."""
    host = urlsplit(settings.service_url("auth")).hostname or ""
    if settings.smtp_url is None and settings.has_replicas("auth") and not is_loopback(host):
        raise SettingsError("CAREPLUS_SMTP_URL: is missing; replicas of auth write no mails into files")


async def deliver(mail: Mail, settings: Settings) -> None:
    """Send or write one mail. Raise the errors of aiosmtplib and the file system."""
    message = compose(mail, settings)
    if settings.smtp_url is None:
        _write_file(mail, message, settings.data / "mail")
    else:
        # Without a name aiosmtplib resolves our own host name, which blocks the event loop.
        ours = urlsplit(settings.public_url).hostname
        await aiosmtplib.send(
            message, recipients=[mailed_address(mail.email)], local_hostname=ours, timeout=TIMEOUT_S, **server(settings.smtp_url)
        )
        log.info("mail_sent", mail=mail.message_id, kind=mail.kind.value)


def compose(mail: Mail, settings: Settings) -> EmailMessage:
    """Return the message with headers and plain text; a notice has HTML too, and the calendar file of its visit."""
    subject, text = write(mail.kind, mail.language, settings, mail.link, mail.words)
    local, _, domain = mailed_address(mail.email).rpartition("@")
    _, sender = parseaddr(settings.sender)
    message = EmailMessage(policy=SMTP)
    message["From"] = settings.sender
    message["To"] = Address(username=local, domain=domain)
    message["Subject"] = subject
    message["Date"] = formatdate()
    # The same for each attempt, so that mail programs show a repeated mail once.
    message["Message-ID"] = f"<{mail.message_id}@{sender.rpartition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"
    # a mail server may not take 8-bit text
    message.set_content(text, cte=None if text.isascii() else "quoted-printable")
    if mail.opt_out is not None:
        message["List-Unsubscribe"] = f"<{mail.opt_out}>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    if isinstance(mail.kind, NoticeKind):
        html = to_html(settings.hospital, subject, text, mail.language)
        message.add_alternative(html, subtype="html", cte="quoted-printable")
    if mail.calendar is not None:
        _attach(message, mail.calendar)
    return message


def _attach(message: EmailMessage, calendar: Calendar) -> None:
    method = {"method": calendar.method.value}
    message.add_attachment(calendar.text, subtype="calendar", params=method, filename="appointment.ics", cte="base64")


def server(url: str) -> dict[str, Any]:
    """Return the connection arguments of aiosmtplib for CAREPLUS_SMTP_URL."""
    parts = urlsplit(url)
    encrypted = parts.scheme == "smtps"
    # Require TLS before a password is sent to another machine; without a password use TLS where it is offered.
    demanded = True if parts.username and not encrypted and not is_loopback(parts.hostname or "") else None
    return {
        "hostname": parts.hostname,
        "port": parts.port or PORTS[parts.scheme],
        "username": unquote(parts.username) if parts.username else None,
        "password": unquote(parts.password) if parts.password else None,
        "use_tls": encrypted,
        "start_tls": False if encrypted else demanded,
    }


def _write_file(mail: Mail, message: EmailMessage, folder: Path) -> None:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    file = folder / f"{mail.file_name}.eml"
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as written:
        written.write(message.as_bytes())
    log.info("mail_written", mail=mail.message_id, kind=mail.kind.value, file=str(file.resolve()))
