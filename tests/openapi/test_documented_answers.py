"""Answers in the document: an example of each one, open schemas, and the address of each created record."""

import json
from html.parser import HTMLParser
from typing import Any

import jsonschema_rs
import pytest

from careplus_contracts.endpoints import Endpoint, Role
from careplus_contracts.refusals import ANYWHERE, Problem, Refusal
from careplus_contracts.registry import ENDPOINTS
from careplus_runtime.http.problem_list import problem_list
from careplus_runtime.http.schemas import reachable
from tests.acts.catalogue import act_of
from tests.acts.context import acting_in
from tests.openapi.documented import DOCUMENT
from tests.world import World

COMPONENTS = DOCUMENT["components"]
OPERATIONS = [operation for operations in DOCUMENT["paths"].values() for operation in operations.values()]
CREATING = [endpoint for endpoint in ENDPOINTS if endpoint.status == 201]
REFUSALS = sorted(
    {*ANYWHERE, *(refusal for endpoint in ENDPOINTS for refusal in endpoint.all_refusals)}, key=lambda refusal: refusal.code()
)


def contents() -> list[tuple[str, dict[str, Any]]]:
    """Return the content of every response, with the name of its operation and status."""
    found = []
    for operation in OPERATIONS:
        for status, response in operation["responses"].items():
            shared = COMPONENTS["responses"][response["$ref"].rpartition("/")[2]] if "$ref" in response else response
            found += [(f"{operation['operationId']} {status}", content) for content in shared.get("content", {}).values()]
    return found


def test_every_response_has_a_valid_example() -> None:
    for name, content in contents():
        examples = [content["example"]] if "example" in content else []
        for one in content.get("examples", {}).values():
            examples.append(COMPONENTS["examples"][one["$ref"].rpartition("/")[2]]["value"])
        assert examples, name
        used = {one: COMPONENTS["schemas"][one] for one in reachable(content["schema"], COMPONENTS["schemas"])}
        validator = jsonschema_rs.Draft202012Validator(
            {**content["schema"], "components": {"schemas": used}}, validate_formats=True
        )
        for example in examples:
            validator.validate(example)


def test_every_answer_example_is_read_by_its_model() -> None:
    for endpoint in ENDPOINTS:
        if endpoint.media_type == "application/json" and endpoint.status != 204:
            value = COMPONENTS["examples"][endpoint.answer.__name__]["value"]
            endpoint.answer.model_validate_json(json.dumps(value))


def test_answers_are_open_and_bodies_closed() -> None:
    schemas = COMPONENTS["schemas"]
    answered = reachable([operation["responses"] for operation in OPERATIONS], schemas)
    answered |= reachable(COMPONENTS["responses"], schemas)
    sent = reachable([operation.get("requestBody") for operation in OPERATIONS], schemas)
    objects = {name for name in schemas if schemas[name].get("type") == "object"}
    assert {name for name in answered if schemas[name].get("additionalProperties") is False} == set()
    assert {name for name in sent & objects if schemas[name].get("additionalProperties") is not False} == set()
    assert {name.removesuffix("Input") for name in sent if name.endswith("Input")} <= answered


@pytest.mark.parametrize("endpoint", CREATING, ids=lambda endpoint: endpoint.name)
def test_location_is_an_address_of_the_callers(endpoint: Endpoint[..., Any]) -> None:
    answer = json.dumps(COMPONENTS["examples"][endpoint.answer.__name__]["value"]).encode()
    location = endpoint.location_of(answer, dict.fromkeys(endpoint.parameters, 1)).split("/")
    assert not any(part.startswith("{") for part in location), f"{endpoint.name}: set location= on the contract"
    served = [one for one in ENDPOINTS if matches(one.path.split("/"), location)]
    callers = [role for role in Role if endpoint.admits(role)]
    assert any(all(one.admits(role) for role in callers) for one in served), (
        f"{endpoint.name}: no address that its callers may use is {'/'.join(location)}: set location= on the contract"
    )


def matches(path: list[str], address: list[str]) -> bool:
    return len(path) == len(address) and all(
        part.startswith("{") or part == sent for part, sent in zip(path, address, strict=True)
    )


@pytest.mark.parametrize("endpoint", CREATING, ids=lambda endpoint: endpoint.name)
def test_created_answer_has_its_location(endpoint: Endpoint[..., Any], world: World) -> None:
    with acting_in(world) as context:
        request = context.request(act_of(endpoint))
        headers = {"Idempotency-Key": f"location of {endpoint.name}"} if endpoint.idempotent else {}
        for _ in range(1 + endpoint.idempotent):
            answer = request.http.request(request.method, request.path, json=request.body, headers=headers)
            assert answer.status_code == 201, answer.text
            assert answer.headers["Location"] == endpoint.location_of(answer.content, world.ids)


class Ids(HTMLParser):
    """Collects the ids and the links of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.feed(page)

    def handle_starttag(self, _: str, attributes: list[tuple[str, str | None]]) -> None:
        self.ids += [value or "" for name, value in attributes if name == "id"]
        self.links += [value or "" for name, value in attributes if name == "href"]


@pytest.mark.parametrize("refusal", REFUSALS, ids=lambda refusal: refusal.code())
def test_refusal_is_listed_with_members_and_remedy(refusal: type[Refusal]) -> None:
    page = problem_list()
    section = page.partition(f'<h2 id="{refusal.code()}">')[2].partition("</section>")[0]
    assert f", {refusal.status}</h2><p>" in section
    assert refusal.remedy().endswith("."), f"{refusal.__name__}: say in its docstring, after the title, what a caller can do"
    assert refusal.title().split("'")[0] in section
    for name in refusal.members():
        assert f"<code>{name}" in section


def test_problem_types_lead_to_the_list() -> None:
    page = Ids(problem_list())
    assert sorted(page.ids) == sorted(refusal.code() for refusal in REFUSALS)
    kinds = [value["value"]["type"] for name, value in COMPONENTS["examples"].items() if name.endswith("Problem")]
    assert {kind.removeprefix("/docs/problems#") for kind in kinds} <= set(page.ids)
    assert {link.removeprefix("/docs#") for link in page.links if link.startswith("/docs#")} <= {one.name for one in ENDPOINTS}
    assert all(f"<code>{name}</code>" in problem_list() for name in Problem.model_fields)
    assert "(/docs/problems)" in DOCUMENT["info"]["description"]
