"""Answers of a newer hospital are read: members that the client does not know are ignored, at every depth."""

import json
from typing import Any

import httpx
import pytest

from careplus_contracts.client import Client
from careplus_contracts.endpoints import Endpoint
from careplus_contracts.registry import ENDPOINTS
from tests.client.answering import Prepared, answering
from tests.client.test_refusals import arguments
from tests.openapi.documented import DOCUMENT

EXAMPLES = DOCUMENT["components"]["examples"]
READING = [endpoint for endpoint in ENDPOINTS if endpoint.media_type == "application/json" and endpoint.status != 204]


def newer(part: Any) -> Any:
    """Return an answer with one more member in every object; maps from any name to a value stay as they are."""
    if isinstance(part, list):
        return [newer(one) for one in part]
    if not isinstance(part, dict):
        return part
    is_map = all(isinstance(value, bool | int) for value in part.values())
    members = {name: value if name == "keys" else newer(value) for name, value in part.items()}
    return members | ({} if is_map else {"since_next_year": {"a": [1]}})


@pytest.mark.parametrize("endpoint", READING, ids=lambda endpoint: endpoint.name)
async def test_newer_answer_is_read(endpoint: Endpoint[..., Any]) -> None:
    value = EXAMPLES[endpoint.answer.__name__]["value"]
    with answering(Prepared(endpoint.status, json.dumps(newer(value)).encode())) as server:
        async with httpx.AsyncClient(base_url=server.url, trust_env=False) as http:
            read = await Client(http).call(endpoint, **arguments(endpoint))
    assert isinstance(read, endpoint.answer)
    assert json.loads(read.model_dump_json()) == json.loads(
        endpoint.answer.model_validate_json(json.dumps(value)).model_dump_json()
    )
