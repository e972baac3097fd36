"""Long answers are short on the way to who takes them so."""

import json

import pytest

from careplus_gateway.compressing import LONG
from careplus_gateway.guards import GUARDS
from tests.gateway.conftest import Gateway
from tests.gateway.peer import Peer, in_parts, plain

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
    assert GUARDS.items() <= {name.title(): value for name, value in answer.headers.items()}.items()


@pytest.mark.parametrize("accepted", ["", "identity", "gzip;q=0", "br"])
async def test_who_does_not_take_it_so_is_not_given_it(gateway: Gateway, peer: Peer, patient: str, accepted: str) -> None:
    peer.next_answers = [plain(200, CATALOGUE)]
    async with gateway.client(patient) as http:
        answer = await http.get("/api/appointments", headers={"Accept-Encoding": accepted})
    assert (answer.content, answer.num_bytes_downloaded) == (CATALOGUE, len(CATALOGUE))
    assert "content-encoding" not in answer.headers


async def test_short_answers_and_all_of_auth_stay_as_they_are(gateway: Gateway, peer: Peer, patient: str) -> None:
    peer.next_answers = [plain(200, CATALOGUE[: LONG - 1]), plain(200, CATALOGUE)]
    async with gateway.client(patient) as http:
        for path in ("/api/appointments", "/auth/me"):
            answer = await http.get(path)
            assert answer.request.headers["accept-encoding"].startswith("gzip")
            assert "content-encoding" not in answer.headers


async def test_what_comes_in_parts_is_whole(gateway: Gateway, peer: Peer, patient: str) -> None:
    peer.next_answers = [in_parts(CATALOGUE, CATALOGUE, pause_s=0.05)]
    async with gateway.client(patient) as http:
        answer = await http.get("/api/appointments")
    assert answer.headers["content-encoding"] == "gzip"
    assert answer.content == CATALOGUE * 2
