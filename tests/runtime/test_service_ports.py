"""Each service's own port, over bare sockets: the gateway's limits, and no trust in forwarding headers of a direct caller."""

import json
import re
import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from urllib.parse import urlsplit

import httpx
import pytest

from careplus_contracts.endpoints import Role
from careplus_contracts.registry import ENDPOINTS
from careplus_runtime.transport.limited_protocol import MAX_HEAD, LimitedProtocol
from careplus_runtime.transport.request_limits import MAX_ADDRESS, MAX_BODY, MAX_HEADER_BYTES, MAX_HEADERS
from tests.attacks.listeners import READ_PATHS, listeners
from tests.audit.audit_rows import of_request
from tests.hospital import LOCAL_HTTP, Hospital, Person, eventually, only_linux

pytestmark = only_linux

SERVICES = ("auth", "appointments", "doctors", "labs")
FORGED, PEER = "203.0.113.77", "127.0.0.41"
EMAIL = "ports@example.org"
TIMEOUT_S = LimitedProtocol.read_timeout_s


@pytest.fixture(scope="module")
def ports(hospital: Hospital) -> dict[str, int]:
    return {one.name: urlsplit(one.url).port or 0 for one in listeners(hospital)}


@pytest.fixture(scope="module")
def patient(hospital: Hospital) -> Iterator[Person]:
    person = hospital.register(EMAIL, "Pia Ports")
    yield person
    person.http.close()


def connected(port: int) -> closing[socket.socket]:
    return closing(socket.create_connection(("127.0.0.1", port), timeout=TIMEOUT_S * 2))


def read_to_end(connection: socket.socket) -> bytes:
    received = b""
    while part := connection.recv(65536):
        received += part
    return received


def asked(port: int, head: bytes, body: bytes = b"") -> tuple[int, str]:
    """Send a request that ends the connection; return status and refusal code of the response."""
    with connected(port) as connection:
        connection.sendall(head + b"connection: close\r\n\r\n" + body)
        answer, _, content = read_to_end(connection).partition(b"\r\n\r\n")
    return int(answer.split()[1]), json.loads(content)["code"] if b"problem+json" in answer else ""


def get(path: bytes, headers: bytes = b"") -> bytes:
    return b"GET " + path + b" HTTP/1.1\r\nhost: x\r\n" + headers


@pytest.mark.parametrize("service", SERVICES)
def test_service_refuses_long_addresses_and_headers(ports: dict[str, int], service: str) -> None:
    port, health = ports[service], b"/health?" + b"a" * (MAX_ADDRESS - len("/health?"))
    assert asked(port, get(health)) == (200, "")
    assert asked(port, get(health + b"a")) == (414, "address_too_long")
    # a few more than of a client, because the gateway adds its own
    assert asked(port, get(b"/health", b"x: y\r\n" * MAX_HEADERS)) == (200, "")
    assert asked(port, get(b"/health", b"x: y\r\n" * MAX_HEADERS * 2)) == (431, "headers_too_large")
    assert asked(port, get(b"/health", b"x: " + b"y" * MAX_HEADER_BYTES + b"\r\n")) == (200, "")
    assert asked(port, get(b"/health", b"x: " + b"y" * MAX_HEADER_BYTES * 2 + b"\r\n")) == (431, "headers_too_large")


@pytest.mark.parametrize("service", SERVICES)
def test_service_refuses_unusual_paths_and_framing(ports: dict[str, int], service: str) -> None:
    for path in (b"/%68ealth", b"//health", b"/api/../health", b"/./health", b"/health%00"):
        assert asked(ports[service], get(path)) == (404, "not_found")
    assert asked(ports[service], b"GET /health HTTP/1.1\r\n") == (400, "not_http")
    assert asked(ports[service], get(b"/health", b"host: y\r\n")) == (400, "not_http")


@pytest.mark.parametrize("service", SERVICES)
def test_service_ends_an_endless_head_early(ports: dict[str, int], service: str) -> None:
    with connected(ports[service]) as connection:
        connection.sendall(get(b"/health", b"x: ") + b"y" * 2 * MAX_HEAD)
        # unread bytes may reset the connection after the refusal
        assert connection.recv(65536).startswith(b"HTTP/1.1 431 ")


@pytest.mark.parametrize("service", SERVICES)
def test_service_refuses_bodies_over_one_mib(ports: dict[str, int], patient: Person, service: str) -> None:
    found = (one for one in ENDPOINTS if one.service == service and one.body and one.admits(Role.PATIENT))
    endpoint = next(one for one in found if not one.public)
    path = re.sub(r"\{\w+\}", "1", endpoint.path)
    token = b"authorization: Bearer " + patient.token.encode() + b"\r\ncontent-type: application/json\r\n"
    head = f"{endpoint.method} {path} HTTP/1.1\r\nhost: x\r\n".encode() + token
    within, over = b" " * MAX_BODY, b" " * (MAX_BODY + 1)
    assert asked(ports[service], head + f"content-length: {len(within)}\r\n".encode(), within)[0] in {404, 422}
    assert asked(ports[service], head + f"content-length: {len(over)}\r\n".encode()) == (413, "too_large")
    in_chunks = f"{len(over):x}\r\n".encode() + over + b"\r\n0\r\n\r\n"
    assert asked(ports[service], head + b"transfer-encoding: chunked\r\n", in_chunks) == (413, "too_large")


def test_services_close_half_sent_requests(ports: dict[str, int]) -> None:
    halves = (b"", b"GET /heal", get(b"/health"), b"POST /auth/login HTTP/1.1\r\nhost: x\r\ncontent-length: 10\r\n\r\n12345")
    started = time.monotonic()

    def seconds_open(connection: socket.socket) -> float:
        read_to_end(connection)
        return time.monotonic() - started

    with ExitStack() as held:
        connections = [held.enter_context(connected(ports[service])) for service in SERVICES for _ in halves]
        for number, connection in enumerate(connections):
            connection.sendall(halves[number % len(halves)])
        with ThreadPoolExecutor(len(connections)) as at_once:
            seconds = list(at_once.map(seconds_open, connections))
    assert min(seconds) > TIMEOUT_S * 0.8
    assert max(seconds) < TIMEOUT_S + 3


def audited_address(hospital: Hospital, url: str, token: str, service: str, request_id: str, **forged: str) -> str:
    """Send a read from PEER and return the address in its audit event."""
    headers = {"Authorization": f"Bearer {token}", "X-Request-Id": request_id, **forged}
    with httpx.Client(base_url=url, headers=headers, transport=httpx.HTTPTransport(local_address=PEER)) as http:
        if service == "auth":
            assert http.post("/auth/login", json={"email": EMAIL, "password": "nine-loud-pelicans"}).status_code == 401
        else:
            assert http.get(READ_PATHS[service]).status_code == 200
    eventually(lambda: bool(of_request(hospital, request_id)))
    [event] = of_request(hospital, request_id)
    return str(event["address"])


FORGERIES = {
    "without a MAC": {},
    "with an empty MAC": {"X-Forwarded-For-MAC": ""},
    "with another MAC": {"X-Forwarded-For-MAC": "0" * 64},
}


@pytest.mark.parametrize("forgery", FORGERIES)
@pytest.mark.parametrize("service", SERVICES)
def test_direct_caller_cannot_choose_the_audited_address(
    hospital: Hospital, ports: dict[str, int], patient: Person, service: str, forgery: str
) -> None:
    forged = {"X-Forwarded-For": FORGED, "Forwarded": f"for={FORGED}", "X-Real-IP": FORGED, **FORGERIES[forgery]}
    request_id = f"direct-{service}-{list(FORGERIES).index(forgery)}"
    url = f"http://127.0.0.1:{ports[service]}"
    assert audited_address(hospital, url, patient.token, service, request_id, **forged) == PEER


@pytest.mark.parametrize("service", SERVICES)
def test_address_from_the_gateway_is_audited(hospital: Hospital, patient: Person, service: str) -> None:
    request_id = f"through-{service}"
    assert audited_address(hospital, hospital.url, patient.token, service, request_id, **{"X-Forwarded-For": FORGED}) == PEER


def test_direct_caller_cannot_evade_attempt_limits(ports: dict[str, int]) -> None:
    body = {"email": "nobody-at-ports@example.org", "password": "nine-loud-pelicans"}
    with httpx.Client(base_url=f"http://127.0.0.1:{ports['auth']}", timeout=30, **LOCAL_HTTP) as http:
        tries = [http.post("/auth/login", json=body, headers={"X-Forwarded-For": f"203.0.113.{n}"}) for n in range(12)]
    assert {answer.status_code for answer in tries} == {401, 429}
