"""Anchors leave the machine: over TLS to a syslog server, and by mail once a day."""

import asyncio
import io
import json
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, redirect_stdout
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from sqlalchemy import func, select
from sqlmodel import col

from careplus_auth.audit.anchor_export import AnchorExport
from careplus_auth.audit.anchor_file import read_line
from careplus_auth.audit.anchors import Anchor, sign
from careplus_auth.audit.audit_mails import AuditMails
from careplus_auth.audit.chain import GENESIS, ChainKeys
from careplus_auth.crypto.vault import Vault
from careplus_auth.mail.templates import Kind
from careplus_auth.store import audit_anchors, mails
from careplus_runtime.process import logs
from careplus_runtime.process.settings import Settings
from careplus_tables.engine import Database
from careplus_tables.mails import MailRow

KEYS = ChainKeys(["k" * 40]).anchors
VAULT = Vault(["k" * 40], "what is kept encrypted")


@pytest.fixture
def anchor() -> Anchor:
    return sign(KEYS, None, (7, b"m" * 32), datetime.now(UTC).replace(microsecond=0))


def certificate(folder: Path) -> Path:
    """Write a key and a certificate of 127.0.0.1 that signs itself into one file."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "logs")])
    at = datetime.now(UTC)
    made = x509.CertificateBuilder(
        name, name, key.public_key(), x509.random_serial_number(), at - timedelta(days=1), at + timedelta(days=1)
    )
    made = made.add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
    made = made.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    file = folder / "logs.pem"
    file.write_bytes(private + made.sign(key, SHA256()).public_bytes(Encoding.PEM))
    return file


@asynccontextmanager
async def syslog_server(file: Path) -> AsyncIterator[tuple[str, asyncio.Queue[bytes]]]:
    """Yield the URL of a TLS server and the data of each connection."""
    received: asyncio.Queue[bytes] = asyncio.Queue()

    async def receive(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        received.put_nowait(await reader.read())
        writer.close()

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    async with await asyncio.start_server(receive, "127.0.0.1", 0, ssl=context) as server:
        yield f"tls://127.0.0.1:{server.sockets[0].getsockname()[1]}", received


async def test_syslog_server_gets_the_signed_anchor(anchor: Anchor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate(tmp_path)))
    async with syslog_server(tmp_path / "logs.pem") as (url, received), asyncio.timeout(20):
        export = AnchorExport(None, url)
        export.add(GENESIS, anchor)
        await export.send()
        length, _, message = (await received.get()).decode().partition(" ")
    header, _, line = message.partition(" audit_head - ")
    assert (int(length), header.startswith("<109>1 20")) == (len(message), True)
    assert read_line(KEYS, line) == anchor


async def test_syslog_of_untrusted_server_gets_nothing(anchor: Anchor, tmp_path: Path) -> None:
    written = io.StringIO()
    async with syslog_server(certificate(tmp_path)) as (url, received), asyncio.timeout(20):
        export = AnchorExport(None, url)
        export.add(GENESIS, anchor)
        with redirect_stdout(written):
            logs.configure("auth", "info")
            await export.send()
        assert received.empty()
    line = json.loads(written.getvalue())
    assert (line["event"], line["target"], line["reason"]) == ("audit_anchor_not_exported", "syslog", "SSLCertVerificationError")


async def test_head_is_mailed_once_a_day(database: Database, anchor: Anchor) -> None:
    settings = Settings(audit_mail="security@example.org")
    audit_mails = AuditMails(database, settings, VAULT)
    await audit_mails.queue_head()
    async with database.writing() as db:
        assert await mails.claim(db, VAULT) is None, "there is no head yet"
        await audit_anchors.add(db, anchor)
    for _ in range(2):
        await audit_mails.queue_head()
    async with database.writing() as db:
        mail = await mails.claim(db, VAULT)
        assert mail is not None
        assert (mail.kind, mail.email, mail.link) == (Kind.AUDIT_HEAD, "security@example.org", f"7:{anchor.link_mac.hex()}")
        assert (await db.execute(select(func.count()).select_from(MailRow))).scalar_one() == 1
        row = (await db.execute(select(MailRow).where(col(MailRow.id) == mail.id))).scalar_one()
        row.created_at -= timedelta(days=1, seconds=1)
    await audit_mails.queue_head()
    async with database.reading() as db:
        assert (await db.execute(select(func.count()).select_from(MailRow))).scalar_one() == 2
