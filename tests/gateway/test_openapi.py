"""The OpenAPI document has every fact of the contracts, so that generated clients work."""

import asyncio
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest

from careplus_contracts.endpoints import Endpoint, OwnToken, Role
from careplus_contracts.registry import CONTRACTS, ENDPOINTS
from careplus_gateway.app import app
from tests.openapi.documented import DOCUMENT

SCHEMAS = DOCUMENT["components"]["schemas"]


def operation(endpoint: Endpoint[..., Any]) -> dict[str, Any]:
    found: dict[str, Any] = DOCUMENT["paths"][endpoint.path][endpoint.method.lower()]
    return found


def parameters(endpoint: Endpoint[..., Any]) -> dict[str, dict[str, Any]]:
    """Return the parameters by name, with references to shared ones resolved."""
    shared = DOCUMENT["components"]["parameters"]
    found = [shared[p["$ref"].rpartition("/")[2]] if "$ref" in p else p for p in operation(endpoint).get("parameters", [])]
    return {parameter["name"]: parameter for parameter in found}


def responses(endpoint: Endpoint[..., Any]) -> dict[str, dict[str, Any]]:
    """Return the responses by status, with references to shared ones resolved."""
    shared = DOCUMENT["components"]["responses"]
    found = operation(endpoint)["responses"].items()
    return {status: shared[one["$ref"].rpartition("/")[2]] if "$ref" in one else one for status, one in found}


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=lambda endpoint: endpoint.name)
def test_every_endpoint_is_an_operation_of_the_document(endpoint: Endpoint[..., Any]) -> None:
    described = operation(endpoint)
    assert described["operationId"] == endpoint.name
    assert described["summary"]
    assert endpoint.doc in described["description"]
    cookie: list[dict[str, list[str]]] = [{"refreshCookie": []}] if endpoint.needs_cookie else []
    if isinstance(endpoint.roles, OwnToken):
        assert (described["security"], described["x-roles"]) == ([{endpoint.roles.value: []}], [endpoint.roles.value])
    else:
        assert described["security"] == (cookie if endpoint.public else [{"bearer": []}])
        assert described["x-roles"] == (["everyone"] if endpoint.public else [role for role in Role if endpoint.admits(role)])
    assert ("requestBody" in described) == (endpoint.body is not None)
    if endpoint.body is not None:
        body = described["requestBody"]
        assert body.get("required", False) == (endpoint.body.default is endpoint.body.empty)
        assert body["content"]["application/json"]["example"] == endpoint.example
        assert "$ref" in body["content"]["application/json"]["schema"]
    sent = {"Idempotency-Key": endpoint.idempotent, "If-Match": endpoint.versioned, "If-None-Match": endpoint.conditional}
    sent |= dict.fromkeys(("X-CarePlus", "Origin"), endpoint.needs_cookie or endpoint.own_pages)
    names = {name.rstrip("_") for name in endpoint.parameters} | {name for name, is_sent in sent.items() if is_sent}
    assert parameters(endpoint).keys() == names


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=lambda endpoint: endpoint.name)
def test_every_refusal_is_a_response_with_its_code(endpoint: Endpoint[..., Any]) -> None:
    described: set[tuple[str, str]] = set()
    for status, answer in responses(endpoint).items():
        assert "X-Request-Id" in answer["headers"]
        schema = answer.get("content", {}).get("application/problem+json", {}).get("schema", {})
        for reference in schema.get("oneOf", [schema] if schema else []):
            problem = SCHEMAS[reference["$ref"].rpartition("/")[2]]
            assert problem["properties"]["status"]["const"] == int(status)
            assert {"code", "title", "detail", "request_id"} <= set(problem["required"])
            described.add((status, problem["properties"]["code"]["const"]))
        if "oneOf" in schema:
            assert schema["discriminator"]["propertyName"] == "code"
            assert len(schema["discriminator"]["mapping"]) == len(schema["oneOf"])
    assert described == {(str(refusal.status), refusal.code()) for refusal in endpoint.all_refusals}
    good = responses(endpoint)[str(endpoint.status)]
    assert list(good.get("content", {})) == ([] if endpoint.status == 204 else [endpoint.media_type])
    assert ("304" in responses(endpoint)) == endpoint.conditional
    assert ("Idempotency-Replayed" in good["headers"]) == endpoint.idempotent
    assert ("Location" in good["headers"]) == (endpoint.status == 201)
    assert ("Set-Cookie" in good["headers"]) == endpoint.sets_cookie


def test_operations_of_the_cookie_declare_it() -> None:
    needing = {endpoint.name for endpoint in ENDPOINTS if operation(endpoint)["security"] == [{"refreshCookie": []}]}
    assert needing == {"refresh", "logout", "switch_side"}
    assert DOCUMENT["components"]["securitySchemes"]["refreshCookie"]["in"] == "cookie"


def test_header_parameters_have_no_value_to_prefill() -> None:
    # Swagger UI sends an example as the value: the second request with one key is refused, and If-Match is stale
    for name, parameter in DOCUMENT["components"]["parameters"].items():
        assert not {"example", "examples"} & (parameter.keys() | parameter["schema"].keys()), name
        assert "default" not in parameter["schema"], name


def test_document_is_complete_and_has_no_null_parameters() -> None:
    text = json.dumps(DOCUMENT)
    assert "HTTPValidationError" not in text
    assert DOCUMENT["info"]["license"] == {"name": "MIT", "identifier": "MIT"}
    assert DOCUMENT["servers"] == [{"url": "/"}]
    assert {tag["name"] for tag in DOCUMENT["tags"]} == {contract.tag for contract in CONTRACTS}
    assert all(tag["description"] for tag in DOCUMENT["tags"])
    for operations in DOCUMENT["paths"].values():
        for described in operations.values():
            for parameter in described.get("parameters", []):
                assert "null" not in json.dumps(parameter), "an absent parameter is omitted, not null"


def test_document_does_not_depend_on_the_hash_seed() -> None:
    script = "import json; from careplus_runtime.http.openapi import document; print(json.dumps(document()))"
    made = [
        subprocess.run(
            [sys.executable, "-c", script], env={**os.environ, "PYTHONHASHSEED": seed}, capture_output=True, check=True
        )
        for seed in ("1", "2")
    ]
    assert made[0].stdout == made[1].stdout
    assert json.loads(made[0].stdout) == DOCUMENT


async def test_cancelled_first_request_leaves_document_to_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # ignore the developer's `.env`
    monkeypatch.chdir(tmp_path)
    transport = httpx.ASGITransport(app)
    async with app.router.lifespan_context(app), httpx.AsyncClient(transport=transport, base_url="http://localhost:5000") as http:
        first, second = (asyncio.create_task(http.get("/openapi.json")) for _ in range(2))
        while app.state.document is None:  # noqa: ASYNC110 - no event says that the handler has begun
            await asyncio.sleep(0)
        first.cancel()
        packed, whole = await second, await http.get("/openapi.json", headers={"Accept-Encoding": "identity"})
    assert first.cancelled()
    assert packed.headers["content-encoding"] == "gzip"
    assert packed.json() == whole.json() == DOCUMENT
