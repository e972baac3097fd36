"""Long answers are short on the way to who takes them so."""

import json
import time

import pytest

from careplus_gateway.gzip import MIN_SIZE
from careplus_gateway.security_headers import SECURITY_HEADERS
from tests.gateway.conftest import Gateway
from tests.gateway.peer import Peer, break_off_at_once, in_parts, plain
from tests.test_every_endpoint import check_problem

CATALOGUE = json.dumps([{"code": f"T-{number}", "name": "Glucose"} for number in range(1000)]).encode()


@pytest.mark.parametrize("accepted", ["gzip, deflate, br", "gzip;q=0.5"])
async def test_a_long_answer_is_compressed(gateway: Gateway, peer: Peer, patient: str, accepted: str) -> None:
    peer.next_answers = [plain(200, CATALOGUE, (b"etag", b'"3"'))]
    async with gateway.client(patient) as http:
        answer = await http.get("/api/appointments", headers={"Accept-Encoding": accepted})
    assert answer.content == CATALOGUE
    assert answer.num_bytes_downloaded < len(CATALOGUE) / 5
    assert answer.headers["content-encoding"] == "gzip"
    assert answer.headers["etag"] == '"3"'
    assert SECURITY_HEADERS.items() <= {name.title(): value for name, value in answer.headers.items()}.items()


@pytest.mark.parametrize("accepted", ["", "identity", "gzip;q=0", "gzip;Q=0.0", "gzip;q=0;x=1", "br"])
async def test_who_does_not_take_it_so_is_not_given_it(gateway: Gateway, peer: Peer, patient: str, accepted: str) -> None:
    peer.next_answers = [plain(200, CATALOGUE)]
    async with gateway.client(patient) as http:
        answer = await http.get("/api/appointments", headers={"Accept-Encoding": accepted})
    assert (answer.content, answer.num_bytes_downloaded) == (CATALOGUE, len(CATALOGUE))
    assert "content-encoding" not in answer.headers


async def test_short_answers_and_all_of_auth_stay_as_they_are(gateway: Gateway, peer: Peer, patient: str) -> None:
    peer.next_answers = [plain(200, CATALOGUE[: MIN_SIZE - 1]), plain(200, CATALOGUE)]
    async with gateway.client(patient) as http:
        for path in ("/api/appointments", "/auth/me"):
            answer = await http.get(path)
            assert answer.request.headers["accept-encoding"].startswith("gzip")
            assert "content-encoding" not in answer.headers


async def test_what_comes_in_parts_leaves_in_parts(gateway: Gateway, peer: Peer, patient: str) -> None:
    peer.next_answers = [in_parts(CATALOGUE, CATALOGUE, pause_s=0.3)]
    came: list[float] = []
    content = b""
    async with gateway.client(patient) as http, http.stream("GET", "/api/appointments") as answer:
        async for chunk in answer.aiter_bytes():
            came.append(time.monotonic())
            content += chunk
    assert answer.headers["content-encoding"] == "gzip"
    assert content == CATALOGUE * 2
    assert came[-1] - came[0] > 0.2


@pytest.mark.parametrize("accepted", ["gzip", "identity"])
async def test_a_service_that_ends_before_its_first_word_is_an_honest_refusal(
    gateway: Gateway, peer: Peer, patient: str, accepted: str
) -> None:
    peer.answer = break_off_at_once
    async with gateway.client(patient) as http:
        answer = await http.get("/api/appointments", headers={"Accept-Encoding": accepted})
    check_problem(answer, 503)


def test_a_caller_of_http_1_0_gets_no_chunks(gateway: Gateway, peer: Peer, patient: str) -> None:
    peer.next_answers = [plain(200, CATALOGUE * 3)]
    with gateway.connect() as connection:
        lines = ["GET /api/appointments HTTP/1.0", f"Authorization: Bearer {patient}", "Accept-Encoding: gzip", "", ""]
        connection.sendall("\r\n".join(lines).encode())
        head, _, body = b"".join(iter(lambda: connection.recv(65536), b"")).partition(b"\r\n\r\n")
    assert b"transfer-encoding" not in head.lower()
    assert body == CATALOGUE * 3


async def test_the_document_is_kept_compressed(gateway: Gateway) -> None:
    async with gateway.client() as http:
        packed = await http.get("/openapi.json")
        whole = await http.get("/openapi.json", headers={"Accept-Encoding": "identity"})
    assert packed.num_bytes_downloaded < whole.num_bytes_downloaded / 5
    assert packed.content == whole.content
    assert packed.headers["vary"] == whole.headers["vary"] == "Accept-Encoding"
