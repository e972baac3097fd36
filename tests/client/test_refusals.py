"""Every refusal of every contract raises through the client, with every member in its type."""

import json
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from pydantic import TypeAdapter

from careplus_contracts import accounts, appointments
from careplus_contracts.client import Client, UndocumentedAnswer
from careplus_contracts.endpoints import Endpoint
from careplus_contracts.refusals import ANYWHERE, PROBLEM_MEDIA_TYPE, NotFound, Refusal, SlotTaken
from careplus_contracts.registry import ENDPOINTS
from careplus_runtime.http.examples import example, refused
from tests.client.answering import REQUEST_ID, Answering, Prepared, answering


def arguments(endpoint: Endpoint[..., Any]) -> dict[str, Any]:
    """Return valid arguments of the endpoint's stub."""
    found: dict[str, Any] = {}
    for name, parameter in endpoint.parameters.items():
        schema = TypeAdapter(parameter.annotation).json_schema()
        if "{" + name + "}" in endpoint.path:
            found[name] = example(schema, schema.get("$defs", {}))
    if endpoint.filter:
        required = {name: p for name, p in endpoint.parameters.items() if name not in found and p.default is p.empty}
        schemas = {name: TypeAdapter(p.annotation).json_schema() for name, p in required.items()}
        values = {name: example(schema, schema.get("$defs", {})) for name, schema in schemas.items()}
        found[endpoint.filter.name] = endpoint.filter.annotation.model_validate(values)
    if endpoint.body and endpoint.body.default is endpoint.body.empty:
        found[endpoint.body.name] = TypeAdapter(endpoint.body.annotation).validate_json(json.dumps(endpoint.example))
    return found


def prepared(refusal: Refusal) -> Prepared:
    """Return the answer that the services send for a refusal."""
    return Prepared(refusal.status, refusal.body(REQUEST_ID), {"Content-Type": PROBLEM_MEDIA_TYPE, **refusal.headers()})


@pytest.fixture(scope="module")
async def http() -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(trust_env=False) as http:
        yield http


@pytest.fixture(scope="module")
def server() -> Iterator[Answering]:
    with answering(Prepared(204)) as server:
        yield server


async def raised(http: httpx.AsyncClient, server: Answering, endpoint: Endpoint[..., Any], answer: Prepared) -> Exception:
    server.answers = [answer]
    with pytest.raises(Exception) as caught:  # noqa: PT011 - the tests check its type
        await Client(http, address=server.url).call(endpoint, **arguments(endpoint))
    return caught.value


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=lambda endpoint: endpoint.name)
async def test_refusal_raises_with_typed_members(
    http: httpx.AsyncClient, server: Answering, endpoint: Endpoint[..., Any]
) -> None:
    for kind in {*endpoint.all_refusals, *ANYWHERE}:
        sent = refused(kind)
        refusal = await raised(http, server, endpoint, prepared(sent))
        assert type(refusal) is kind
        assert isinstance(refusal, Refusal)
        assert (refusal.detail, refusal.status, refusal.request_id) == (sent.detail, kind.status, REQUEST_ID)
        assert refusal.retry_after == (int(sent.headers()["Retry-After"]) if "Retry-After" in sent.headers() else None)
        for name, annotation in kind.members().items():
            value = getattr(refusal, name)
            assert value == sent.extras[name]
            TypeAdapter(annotation).validate_python(value, strict=True)


async def test_refusal_with_unknown_member_raises(http: httpx.AsyncClient, server: Answering) -> None:
    newer = json.loads(refused(SlotTaken).body(REQUEST_ID)) | {"waiting_list": True}
    refusal = await raised(http, server, appointments.book, Prepared(409, json.dumps(newer).encode()))
    assert isinstance(refusal, SlotTaken)
    assert refusal.alternatives == [datetime(2030, 1, 7, 9, tzinfo=UTC)]


async def test_unknown_refusal_raises_with_its_problem(http: httpx.AsyncClient, server: Answering) -> None:
    newer = json.loads(refused(NotFound).body(REQUEST_ID)) | {"code": "ward_closed"}
    error = await raised(http, server, accounts.me, Prepared(404, json.dumps(newer).encode()))
    assert isinstance(error, UndocumentedAnswer)
    assert error.problem is not None
    assert (error.problem.code, error.request_id) == ("ward_closed", REQUEST_ID)


@pytest.mark.parametrize(
    "answer",
    [
        Prepared(200, b"<html>"),
        Prepared(200, b'{"id": 7}'),
        Prepared(302, b"", {"Location": "/elsewhere"}),
        Prepared(502, b"<html>"),
        Prepared(404, b'{"code": "not_found"}'),
        Prepared(200),
    ],
    ids=lambda one: f"{one.status} {one.body.decode()}",
)
async def test_answer_of_a_proxy_raises_http_error(http: httpx.AsyncClient, server: Answering, answer: Prepared) -> None:
    error = await raised(http, server, accounts.me, answer)
    assert isinstance(error, UndocumentedAnswer)
    assert (error.problem, error.request_id, error.response.status_code) == (None, REQUEST_ID, answer.status)


def test_refusal_with_undeclared_member_is_refused() -> None:
    with pytest.raises(TypeError, match="declares no"):
        SlotTaken("Choose another time.", alternatves=[])
