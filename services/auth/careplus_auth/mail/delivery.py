"""How a mail leaves: over SMTP, or as a file where there is no mail server."""

import os
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import formatdate, parseaddr
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import aiosmtplib

from careplus_auth.mail.templates import write
from careplus_auth.store.mails import Waiting
from careplus_runtime.process.logs import log
from careplus_runtime.process.settings import Settings

PATIENCE_S = 20.0
PORTS = {"smtp": 587, "smtps": 465}


async def deliver(mail: Waiting, house: Settings) -> None:
    """Raises what the mail server or the disk says, whatever that is."""
    message = compose(mail, house)
    if house.smtp_url is None:
        _write_down(mail, message, house.data / "mail")
    else:
        # by itself it would ask the resolver for our name, and everybody waits meanwhile
        ours = urlsplit(house.public_url).hostname
        await aiosmtplib.send(message, recipients=[mail.email], local_hostname=ours, timeout=PATIENCE_S, **server(house.smtp_url))
        log.info("mail_sent", mail=mail.id, kind=mail.kind.value)


def compose(mail: Waiting, house: Settings) -> EmailMessage:
    subject, text = write(mail.kind, house, mail.link)
    local, _, domain = mail.email.rpartition("@")
    _, sender = parseaddr(house.sender)
    message = EmailMessage(policy=SMTP)
    message["From"] = house.sender
    message["To"] = Address(username=local, domain=domain)
    message["Subject"] = subject
    message["Date"] = formatdate()
    # the same for each attempt, so that mail programs show a repeated one once
    message["Message-ID"] = f"<{mail.kind.value.replace('_', '-')}-{mail.id}@{sender.rpartition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(text)
    return message


def server(url: str) -> dict[str, Any]:
    """What aiosmtplib needs to know of CAREPLUS_SMTP_URL."""
    parts = urlsplit(url)
    encrypted = parts.scheme == "smtps"
    # a password goes to another machine only over TLS; without one, TLS is used where it is offered
    demanded = True if parts.username and not encrypted and not _is_here(parts.hostname or "") else None
    return {
        "hostname": parts.hostname,
        "port": parts.port or PORTS[parts.scheme],
        "username": unquote(parts.username) if parts.username else None,
        "password": unquote(parts.password) if parts.password else None,
        "use_tls": encrypted,
        "start_tls": False if encrypted else demanded,
    }


def _write_down(mail: Waiting, message: EmailMessage, folder: Path) -> None:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    file = folder / f"{mail.id:06}-{mail.kind.value}.eml"
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as written:
        written.write(message.as_bytes())
    log.info("mail_written", mail=mail.id, kind=mail.kind.value, file=str(file.resolve()))


def _is_here(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
