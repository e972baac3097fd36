"""A receiver of alerts: a process of its own that answers HTTP and prints what it got, one JSON line for each request."""

import json
import select
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import IO, Any

WAIT_S = 30.0


class Receiver:
    """The running process, as a test sees it."""

    def __init__(self, port: int, lines: IO[bytes]) -> None:
        self.url = f"http://127.0.0.1:{port}/alerts"
        self._lines = lines

    def next(self) -> dict[str, Any]:
        """Wait for the next request and return its body, headers and the status that it was answered with."""
        ready, _, _ = select.select([self._lines], [], [], WAIT_S)
        assert ready, "no request came"
        found: dict[str, Any] = json.loads(self._lines.readline())
        return found


@contextmanager
def receiver(*statuses: int) -> Iterator[Receiver]:
    """Yield a receiver that answers with these statuses in order, and with 204 after them."""
    command = [sys.executable, "-m", "tests.auth.alert_receiver", *map(str, statuses)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, bufsize=0) as process:
        assert process.stdout is not None
        try:
            yield Receiver(int(process.stdout.readline()), process.stdout)
        finally:
            process.terminate()


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main() -> None:
    """Print the port, then each request."""
    statuses = list(map(int, sys.argv[1:]))

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            status = statuses.pop(0) if statuses else 204
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()
            say(json.dumps({"body": body, "headers": dict(self.headers), "status": status}))

        def log_message(self, *_: object) -> None:
            """Say nothing on standard error."""

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        say(str(server.server_address[1]))
        server.serve_forever()


if __name__ == "__main__":
    main()
