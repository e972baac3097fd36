"""The port of the metrics: its own, so that the public one has no path that reveals them."""

import socket
import threading
from collections.abc import Callable, Iterable
from hmac import compare_digest
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from careplus_runtime.process.settings import Settings, SettingsError
from careplus_runtime.process.urls import is_loopback
from careplus_runtime.transport.tls import inside_context

PATH = "/metrics"
TIMEOUT_S = 10.0


def start_metrics_server(settings: Settings, process: str, own_port: int) -> None:
    """Serve the metrics of this process in a daemon thread, where CAREPLUS_METRICS is set. Raise SettingsError if it cannot.

    In a thread, so that a stalled event loop can still be seen; the port is the process's own plus CAREPLUS_METRICS_OFFSET.
    """
    host, token, port = settings.metrics, settings.metrics_token, own_port + settings.metrics_offset
    if host is None:
        return
    if token is None and not is_loopback(host):
        raise SettingsError(f"CAREPLUS_METRICS_TOKEN: set it, because other machines can reach {host}")
    from prometheus_client import make_wsgi_app

    from careplus_runtime.monitoring.metrics import REGISTRY

    try:
        server = make_server(host, port, _guarded(make_wsgi_app(REGISTRY), token), _Server6 if ":" in host else _Server, _Handler)
    except (OSError, OverflowError) as error:
        raise SettingsError(f"CAREPLUS_METRICS: port {port} on {host} cannot be used: {error}") from None
    if (tls := inside_context(settings, process)) is not None:
        # the handshake is for the thread of the connection, not for the one that accepts it
        server.socket = tls.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    threading.Thread(target=server.serve_forever, name="metrics", daemon=True).start()


def _guarded(app: Callable[..., Iterable[bytes]], token: str | None) -> Any:
    """Return an application that serves PATH only, and only with the token if there is one."""
    expected = f"Bearer {token}".encode()

    def guarded(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        if token is not None and not compare_digest(environ.get("HTTP_AUTHORIZATION", "").encode("latin-1"), expected):
            start_response("401 Unauthorized", [("WWW-Authenticate", "Bearer"), ("Content-Length", "0")])
            return [b""]
        if environ["PATH_INFO"] != PATH:
            start_response("404 Not Found", [("Content-Length", "0")])
            return [b""]
        return app(environ, start_response)

    return guarded


class _Handler(WSGIRequestHandler):
    timeout = TIMEOUT_S  # of each read and write

    def log_message(self, *_: Any) -> None:
        """Log no scrapes."""


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True

    def handle_error(self, *_: Any) -> None:
        """Say nothing about clients that leave or do not speak TLS."""


class _Server6(_Server):
    address_family = socket.AF_INET6
