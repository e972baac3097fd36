"""TLS: of the gateway's public port, and between gateway and services, where each process has a certificate of its own.

CAREPLUS_CERTIFICATES has a folder for each process, with `tls.crt`, `tls.key` and `ca.crt`, the only authority that the process
trusts; `careplus certificates` makes them, and a Kubernetes secret of type TLS has the same names.
"""

import ssl
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

from cryptography import x509

from careplus_runtime.process.settings import Settings, SettingsError

HANDSHAKE_FLIGHTS = 4
"""Messages of a TLS 1.3 handshake, rounded up."""


def listening_context(settings: Settings, process: str) -> ssl.SSLContext | None:
    """Return the TLS context of a process's port, None for plain HTTP.

    Raise SettingsError for unusable files, or a certificate that clients would refuse.
    """
    if settings.mutual_tls and settings.certificates is None:
        raise SettingsError("CAREPLUS_MUTUAL_TLS needs CAREPLUS_CERTIFICATES; `careplus certificates` makes them.")
    if settings.has_url(process):
        if settings.certificates is None:
            return None
        _check_accepted(settings, process)
        return _service_context(settings, process)
    if settings.certificates is not None:
        # its certificate is for its requests to the services
        _check_accepted(settings, process)
    return _public_context(settings.tls_cert, settings.tls_key)


def calling_context(settings: Settings, process: str) -> ssl.SSLContext | None:
    """Return the TLS context of a process's requests to services, None for plain HTTP. Raise SettingsError for unusable files."""
    if settings.certificates is None:
        return None
    folder = settings.certificates / process
    # PROTOCOL_TLS_CLIENT verifies certificate and host name
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    _load(context, "CAREPLUS_CERTIFICATES", folder / "tls.crt", folder / "tls.key", folder / "ca.crt")
    return context


def inside_context(settings: Settings, process: str) -> ssl.SSLContext | None:
    """Return the TLS context of a port inside the hospital, None for plain HTTP."""
    return None if settings.certificates is None else _service_context(settings, process)


def _service_context(settings: Settings, process: str) -> ssl.SSLContext:
    assert settings.certificates is not None
    folder = settings.certificates / process
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    _load(context, "CAREPLUS_CERTIFICATES", folder / "tls.crt", folder / "tls.key", folder / "ca.crt")
    context.verify_mode = ssl.CERT_REQUIRED if settings.mutual_tls else ssl.CERT_NONE
    return context


def _public_context(cert: Path | None, key: Path | None) -> ssl.SSLContext | None:
    if cert is None and key is None:
        return None
    if cert is None or key is None:
        raise SettingsError("CAREPLUS_TLS_CERT and CAREPLUS_TLS_KEY: set both")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    _load(context, "CAREPLUS_TLS_CERT", cert, key)
    first, *_ = x509.load_pem_x509_certificates(cert.read_bytes())
    if not first.not_valid_before_utc <= datetime.now(UTC) <= first.not_valid_after_utc:
        raise SettingsError(
            f"CAREPLUS_TLS_CERT: {cert} is valid from {first.not_valid_before_utc} to {first.not_valid_after_utc}"
        )
    return context


def _load(context: ssl.SSLContext, setting: str, cert: Path, key: Path, authority: Path | None = None) -> None:
    for file in filter(None, (cert, key, authority)):
        try:
            file.read_bytes()
        except OSError as error:
            raise SettingsError(f"{setting}: {file} cannot be read: {error.strerror}") from None
    try:
        # without the empty password OpenSSL would ask for one on the terminal
        context.load_cert_chain(cert, key, password="")
        if authority is not None:
            context.load_verify_locations(authority)
    except ssl.SSLError as error:
        raise SettingsError(f"{setting}: {cert} and its key cannot be used: {error.reason or error}") from None


def _check_accepted(settings: Settings, process: str) -> None:
    """Do a handshake of the process with itself, as the others do with it. Raise SettingsError where they would refuse."""
    client, server = calling_context(settings, process), _service_context(settings, process)
    assert client is not None
    host = None
    if settings.has_url(process):
        host = urlsplit(settings.service_url(process)).hostname
    else:
        client.check_hostname = False
    one, other = ssl.MemoryBIO(), ssl.MemoryBIO()
    ends = (client.wrap_bio(one, other, server_hostname=host), server.wrap_bio(other, one, server_side=True))
    try:
        for _ in range(HANDSHAKE_FLIGHTS):
            for end in ends:
                with suppress(ssl.SSLWantReadError):
                    end.do_handshake()
    except ssl.SSLError as error:
        reason = getattr(error, "verify_message", None) or error.reason or error
        raise SettingsError(f"CAREPLUS_CERTIFICATES: other processes refuse the certificate of {process}: {reason}") from None
