"""The HTTP protocol of the gateway."""

from careplus_gateway.security_headers import CSP, SECURITY_HEADERS, encoded
from careplus_runtime.transport.limited_protocol import LimitedProtocol


class Protocol(LimitedProtocol):
    """The class for uvicorn's `http=`."""

    write_timeout_s = 10.0
    refusal_headers = (*encoded(SECURITY_HEADERS), *CSP)
