"""`careplus certificates`: a private authority, and a certificate of it for each process, the database server and Prometheus."""

import os
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from careplus_cli.services import SERVICES

NAMES = (*SERVICES, "gateway", "database", "prometheus")
AUTHORITY_DAYS = 3650
CLOCKS = timedelta(minutes=5)
"""How much the clocks of two machines may differ."""


def make_certificates(folder: Path, *, days: int, domain: str | None = None, at: datetime | None = None) -> datetime:
    """Write `ca.crt`, `ca.key`, and for each of NAMES a folder with `tls.crt`, `tls.key` and `ca.crt`; return when they expire.

    Names of the hosts: the process's own one, with `domain` too, and this machine. An authority in the folder is used again.
    """
    start = (at or datetime.now(UTC)) - CLOCKS
    until = start + timedelta(days=days)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not (folder / "ca.key").exists():
        _make_authority(folder, start)
    authority = x509.load_pem_x509_certificate((folder / "ca.crt").read_bytes())
    authority_key = load_pem_private_key((folder / "ca.key").read_bytes(), password=None)
    assert isinstance(authority_key, ec.EllipticCurvePrivateKey)
    for name in NAMES:
        (folder / name).mkdir(mode=0o700, exist_ok=True)
        key = ec.generate_private_key(ec.SECP256R1())
        hosts = [name, *([f"{name}.{domain}"] if domain else []), "localhost"]
        extensions = (
            (x509.BasicConstraints(ca=False, path_length=None), True),
            (x509.SubjectAlternativeName(_general_names(hosts)), False),
            (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]), False),
            (x509.AuthorityKeyIdentifier.from_issuer_public_key(authority_key.public_key()), False),
        )
        certificate = _builder(name, authority.subject, key, start, until, extensions).sign(authority_key, SHA256())
        _write(folder / name / "tls.crt", certificate.public_bytes(Encoding.PEM))
        _write(folder / name / "tls.key", _pem(key))
        _write(folder / name / "ca.crt", authority.public_bytes(Encoding.PEM))
    return until


def _make_authority(folder: Path, start: datetime) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    usage = x509.KeyUsage(
        digital_signature=False,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=True,
        crl_sign=True,
        encipher_only=False,
        decipher_only=False,
    )
    extensions = (
        (x509.BasicConstraints(ca=True, path_length=0), True),
        (usage, True),
        (x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False),
    )
    builder = _builder("CarePlus authority", None, key, start, start + timedelta(days=AUTHORITY_DAYS), extensions)
    _write(folder / "ca.key", _pem(key))
    _write(folder / "ca.crt", builder.sign(key, SHA256()).public_bytes(Encoding.PEM))


def _builder(
    name: str,
    issuer: x509.Name | None,
    key: ec.EllipticCurvePrivateKey,
    start: datetime,
    until: datetime,
    extensions: Iterable[tuple[x509.ExtensionType, bool]],
) -> x509.CertificateBuilder:
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer or subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(until)
    )
    for extension, critical in extensions:
        builder = builder.add_extension(extension, critical)
    return builder


def _general_names(hosts: list[str]) -> list[x509.GeneralName]:
    loopback = (x509.IPAddress(ip_address(address)) for address in ("127.0.0.1", "::1"))
    return [*map(x509.DNSName, hosts), *loopback]


def _pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def _write(file: Path, content: bytes) -> None:
    """Write a file that only its owner reads; a process that reads it meanwhile sees the old or the new one."""
    draft = file.with_suffix(f"{file.suffix}.new")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as opened:
        opened.write(content)
    draft.replace(file)
