"""Log lines of a running hospital about one request, as JSON."""

import json
import time
from typing import Any

import httpx

from tests.hospital import Hospital

Line = dict[str, Any]


def log_lines(hospital: Hospital, answer: httpx.Response) -> list[Line]:
    """Return the log lines of a request, of all services. Wait up to 5 s for the gateway's line."""
    request_id, deadline = answer.headers["x-request-id"], time.monotonic() + 5
    while time.monotonic() < deadline:
        found = [line.partition(" | ") for line in hospital.log.read_text(errors="replace").splitlines() if request_id in line]
        lines = [json.loads(text) for _, _, text in found]
        if any(line["service"] == "gateway" and line["event"] == "request_finished" for line in lines):
            return lines
        time.sleep(0.05)
    raise AssertionError(f"no log line of request {request_id}:\n{hospital.log.read_text(errors='replace')[-4000:]}")


def request_lines(lines: list[Line]) -> list[tuple[str, str, int, str]]:
    """Return method, path, status and level of the gateway's request lines."""
    gateway_lines = [line for line in lines if line["service"] == "gateway" and line["event"] == "request_finished"]
    return [(line["method"], line["path"], line["status"], line["level"]) for line in gateway_lines]


def reason_lines(lines: list[Line]) -> list[Line]:
    """Return the lines that state a reason."""
    return [line for line in lines if line["event"] != "request_finished"]
