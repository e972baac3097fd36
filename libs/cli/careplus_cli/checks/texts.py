"""Check of the endpoint for text messages."""

import ssl
from collections.abc import Iterator
from urllib.parse import urlsplit

import httpx

from careplus_cli.checks.finding import Finding, failed, ok
from careplus_runtime.process.settings import Settings

TIMEOUT_S = 10.0
FAILED = frozenset({404, 410, 500, 502, 503, 504})
REMEDY = "correct CAREPLUS_TEXT_URL, or ask the operator of the endpoint"
CERTIFICATE = "renew the certificate of the endpoint; SSL_CERT_FILE names authorities that only your network knows"


def endpoint(settings: Settings) -> Iterator[Finding]:
    """Ask the endpoint for its options over its checked certificate; no message is sent. Without the setting there is no line.

    An answer with another status than those of FAILED is ok: an endpoint need not know OPTIONS. Settings refuse an address
    without a key.
    """
    if settings.text_url is None:
        return
    host = urlsplit(settings.text_url).hostname
    try:
        with httpx.Client(trust_env=False, timeout=TIMEOUT_S) as http:
            answer = http.options(settings.text_url)
    except httpx.HTTPError as error:
        if (refused := _certificate_error(error)) is not None:
            yield failed("texts", f"the certificate of {host} is refused: {refused}", CERTIFICATE)
        else:
            yield failed("texts", f"{host} cannot be reached: {type(error).__name__}", REMEDY)
        return
    if answer.status_code in FAILED:
        yield failed("texts", f"{host} answers {answer.status_code}", REMEDY)
    else:
        yield ok("texts", f"{host} answers, and CAREPLUS_TEXT_KEY is set; no message was sent")


def _certificate_error(error: BaseException) -> str | None:
    """Return why the certificate was refused, or None for another failure."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return cause.verify_message
        cause = cause.__cause__ or cause.__context__
    return None
