"""Long responses are compressed for clients that accept gzip."""

import json
import time

import pytest

from careplus_gateway.gzip import MIN_SIZE
from careplus_gateway.security_headers import SECURITY_HEADERS
from tests.gateway.conftest import Gateway
from tests.gateway.upstream import Upstream, in_chunks, interrupt_after_head, json_response
from tests.test_every_endpoint import check_problem

CATALOGUE = json.dumps([{"code": f"T-{number}", "name": "Glucose"} for number in range(1000)]).encode()


@pytest.mark.parametrize("accepted", ["gzip, deflate, br", "gzip;q=0.5"])
async def test_long_response_is_compressed(gateway: Gateway, upstream: Upstream, patient: str, accepted: str) -> None:
    upstream.next_answers = [json_response(200, CATALOGUE, (b"etag", b'"3"'))]
    async with gateway.client(patient) as http:
        answer = await http.get("/api/appointments", headers={"Accept-Encoding": accepted})
    assert answer.content == CATALOGUE
    assert answer.num_bytes_downloaded < len(CATALOGUE) / 5
    assert answer.headers["content-encoding"] == "gzip"
    assert answer.headers["etag"] == '"3"'
    assert SECURITY_HEADERS.items() <= {name.title(): value for name, value in answer.headers.items()}.items()


@pytest.mark.parametrize("accepted", ["", "identity", "gzip;q=0", "gzip;Q=0.0", "gzip;q=0;x=1", "br"])
async def test_response_without_accepted_gzip_is_not_compressed(
    gateway: Gateway, upstream: Upstream, patient: str, accepted: str
) -> None:
    upstream.next_answers = [json_response(200, CATALOGUE)]
    async with gateway.client(patient) as http:
        answer = await http.get("/api/appointments", headers={"Accept-Encoding": accepted})
    assert (answer.content, answer.num_bytes_downloaded) == (CATALOGUE, len(CATALOGUE))
    assert "content-encoding" not in answer.headers


async def test_short_and_auth_responses_are_not_compressed(gateway: Gateway, upstream: Upstream, patient: str) -> None:
    upstream.next_answers = [json_response(200, CATALOGUE[: MIN_SIZE - 1]), json_response(200, CATALOGUE)]
    async with gateway.client(patient) as http:
        for path in ("/api/appointments", "/auth/me"):
            answer = await http.get(path)
            assert answer.request.headers["accept-encoding"].startswith("gzip")
            assert "content-encoding" not in answer.headers


async def test_streamed_response_is_compressed_chunk_by_chunk(gateway: Gateway, upstream: Upstream, patient: str) -> None:
    upstream.next_answers = [in_chunks(CATALOGUE, CATALOGUE, pause_s=0.3)]
    arrivals: list[float] = []
    content = b""
    async with gateway.client(patient) as http, http.stream("GET", "/api/appointments") as answer:
        async for chunk in answer.aiter_bytes():
            arrivals.append(time.monotonic())
            content += chunk
    assert answer.headers["content-encoding"] == "gzip"
    assert content == CATALOGUE * 2
    assert arrivals[-1] - arrivals[0] > 0.2


@pytest.mark.parametrize("accepted", ["gzip", "identity"])
async def test_interruption_before_first_chunk_is_503(gateway: Gateway, upstream: Upstream, patient: str, accepted: str) -> None:
    upstream.answer = interrupt_after_head
    async with gateway.client(patient) as http:
        answer = await http.get("/api/appointments", headers={"Accept-Encoding": accepted})
    check_problem(answer, 503)


def test_http_1_0_response_is_neither_chunked_nor_compressed(gateway: Gateway, upstream: Upstream, patient: str) -> None:
    upstream.next_answers = [json_response(200, CATALOGUE * 3)]
    with gateway.connect() as connection:
        lines = ["GET /api/appointments HTTP/1.0", f"Authorization: Bearer {patient}", "Accept-Encoding: gzip", "", ""]
        connection.sendall("\r\n".join(lines).encode())
        head, _, body = b"".join(iter(lambda: connection.recv(65536), b"")).partition(b"\r\n\r\n")
    assert b"transfer-encoding" not in head.lower()
    assert body == CATALOGUE * 3


async def test_openapi_document_is_sent_compressed(gateway: Gateway) -> None:
    async with gateway.client() as http:
        packed = await http.get("/openapi.json")
        whole = await http.get("/openapi.json", headers={"Accept-Encoding": "identity"})
    assert packed.num_bytes_downloaded < whole.num_bytes_downloaded / 5
    assert packed.content == whole.content
    assert packed.headers["vary"] == whole.headers["vary"] == "Accept-Encoding"
