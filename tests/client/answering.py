"""A real HTTP server that answers every request with one prepared answer, or with several in turn."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

REQUEST_ID = "9f86d081884c7d65"


@dataclass
class Prepared:
    """An answer. `headers` are sent as they are."""

    status: int
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class Answering:
    """The server's address, its next answers (the last one is repeated), and the headers of the requests that came."""

    url: str
    answers: list[Prepared]
    requests: list[dict[str, str]] = field(default_factory=list)


@contextmanager
def answering(*answers: Prepared) -> Iterator[Answering]:
    """Serve until the block ends."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version, wbufsize = "HTTP/1.1", 65536  # one packet for each answer

        def answer(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            started.requests.append({"method": self.command, "path": self.path} | {k.lower(): v for k, v in self.headers.items()})
            prepared = started.answers.pop(0) if len(started.answers) > 1 else started.answers[0]
            self.send_response(prepared.status)
            for name, value in {"X-Request-Id": REQUEST_ID, **prepared.headers}.items():
                self.send_header(name, value)
            if prepared.status not in {204, 304}:
                self.send_header("Content-Length", str(len(prepared.body)))
            self.end_headers()
            self.wfile.write(prepared.body)

        do_GET = do_POST = do_PUT = do_DELETE = answer  # noqa: N815 - names of the library

        def log_message(self, *_: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    started = Answering(f"http://127.0.0.1:{server.server_address[1]}", list(answers))
    serving = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    serving.start()
    try:
        yield started
    finally:
        server.shutdown()
        serving.join()
        server.server_close()
