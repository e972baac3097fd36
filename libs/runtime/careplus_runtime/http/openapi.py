"""The OpenAPI 3.1 document of every endpoint, made from the contracts alone; no service needs to run."""

import inspect
import sys
from collections.abc import Callable, Iterable
from importlib.metadata import version
from itertools import groupby
from typing import Annotated, Any

from fastapi import FastAPI, Query
from pydantic.json_schema import models_json_schema

from careplus_contracts.endpoints import Endpoint, Public, Role
from careplus_contracts.refusals import PROBLEM_MEDIA_TYPE, Refusal
from careplus_contracts.registry import ENDPOINTS
from careplus_contracts.values import MAX_ID

Json = dict[str, Any]

ABOUT = """\
The API of the hospital's portals, as JSON over HTTP.

- **Signing in**: `POST /auth/login` answers an access token; send it as `Authorization: Bearer …`.
- **Lists** answer `items` and `next_cursor`; send `next_cursor` as `cursor`, with the same filters, for the next page.
- **Query parameters** that are unknown, or sent twice, are refused with 422.
- **Refusals** are RFC 9457 problem details; switch on `code`. Every operation can also answer 500 `unexpected`.
- **Instants** have an offset, and UTC in answers; days are days of the clinic's calendar.
- **Repeating**: send a random `Idempotency-Key` with a POST or PUT, and repeat the request safely for 24 hours.
- **Editing**: send the `ETag` that you read as `If-Match`. If the record has changed since, the answer is 412 and your
  request has no effect, even if the other change was the same as yours.
"""

PARAMETERS: Json = {
    "Idempotency-Key": {
        "description": "Makes the request safe to repeat for 24 hours: the first answer is sent again. Use a new random key "
        "for each new request: the stored answer is encrypted with it.",
        "schema": {
            "type": "string",
            "minLength": 1,
            "maxLength": 255,
            "pattern": "^[\\x21-\\x7e]([\\x20-\\x7e]*[\\x21-\\x7e])?$",
        },
        "example": "5f0c1c9e-6a53-4b0e-9c55-0f8f4c1a2b3d",
    },
    "If-Match": {
        "description": "The `ETag` of the version that you change; any other version is 412.",
        "schema": {"type": "string"},
        "example": '"3"',
    },
    "If-None-Match": {
        "description": "The `ETag` of the answer that you have; 304 while it is current.",
        "schema": {"type": "string"},
        "example": '"1f0c3b5d7a9e2c4f6b8d0e1a3c5f7092"',
    },
}
HEADERS: Json = {
    "ETag": {"description": "The version of the answer.", "schema": {"type": "string"}},
    "X-Request-Id": {
        "description": "The id of the request, as in the logs.",
        "schema": {"type": "string"},
        "required": True,
    },
    "Retry-After": {"description": "Seconds to wait before the next attempt.", "schema": {"type": "integer"}},
    "WWW-Authenticate": {"description": "The authentication scheme.", "schema": {"type": "string"}},
    "Idempotency-Replayed": {
        "description": "`true`: the stored answer to an earlier request with the same key.",
        "schema": {"type": "string", "const": "true"},
    },
}
NOT_MODIFIED = "NotModified"


def document() -> Json:
    """Return the OpenAPI document, the same for every installation."""
    app = FastAPI(
        title="CarePlus",
        version=version("careplus-contracts"),
        description=ABOUT,
        license_info={"name": "MIT", "identifier": "MIT"},
        servers=[{"url": "/"}],
        openapi_tags=_tags(),
    )
    for endpoint in ENDPOINTS:
        app.add_api_route(
            endpoint.path,
            _described(endpoint),
            methods=[endpoint.method],
            response_model=None if endpoint.answer is type(None) else endpoint.answer,
            status_code=endpoint.status,
            operation_id=endpoint.name,
            summary=_first_sentence(endpoint.doc),
            description=f"{endpoint.doc}\n\nRoles: {', '.join(_roles(endpoint))}",
            tags=[endpoint.tag],
        )
    described: Json = app.openapi()
    for endpoint in ENDPOINTS:
        _complete(described["paths"][endpoint.path][endpoint.method.lower()], endpoint)
    described["components"] = _components(described["components"]["schemas"])
    return described


def _tags() -> list[Json]:
    tags = {}
    for endpoint in ENDPOINTS:
        about = (sys.modules[endpoint.stub.__module__].__doc__ or "").strip().partition(": ")[2]
        tags[endpoint.tag] = {"name": endpoint.tag, "description": about[:1].upper() + about[1:]}
    return list(tags.values())


def _described(endpoint: Endpoint[..., Any]) -> Callable[..., None]:
    """Return a function with the stub's parameters as FastAPI expects them: `from_` is sent as `from`."""

    def function() -> None: ...

    body = [] if endpoint.body is None else [endpoint.body]
    function.__signature__ = inspect.Signature(  # type: ignore[attr-defined] # PEP 362; not in typeshed
        [
            p.replace(
                kind=p.KEYWORD_ONLY,
                annotation=Annotated[p.annotation, Query(alias=name.rstrip("_"))] if name.endswith("_") else p.annotation,
            )
            for name, p in [*endpoint.parameters.items(), *((p.name, p) for p in body)]
        ]
    )
    return function


def _first_sentence(doc: str) -> str:
    return doc.partition("\n")[0].partition(". ")[0].rstrip(".")


def _roles(endpoint: Endpoint[..., Any]) -> list[str]:
    roles = endpoint.roles
    return [roles.value] if isinstance(roles, Public) else [role.value for role in Role if role in roles]


def _complete(operation: Json, endpoint: Endpoint[..., Any]) -> None:
    """Add roles, headers, examples and refusals of the contract to FastAPI's description of an operation."""
    operation["security"] = [] if endpoint.public else [{"bearer": []}]
    operation["x-roles"] = _roles(endpoint)
    for parameter in operation.get("parameters", []):
        parameter["schema"] = _without_null(parameter["schema"])
    sent = {"Idempotency-Key": endpoint.idempotent, "If-Match": endpoint.versioned, "If-None-Match": endpoint.conditional}
    if names := [name for name, is_sent in sent.items() if is_sent]:
        operation.setdefault("parameters", []).extend({"$ref": f"#/components/parameters/{name}"} for name in names)
    if endpoint.body is not None:
        content = operation["requestBody"]["content"]["application/json"]
        content["schema"] = _without_null(content["schema"])
        if endpoint.example is not None:
            content["example"] = dict(endpoint.example)
    operation["responses"] = _responses(operation["responses"], endpoint)


def _without_null(schema: Json) -> Json:
    """Return the schema without null: an optional member of a request is left out, never sent as null."""
    kinds = [kind for kind in schema.get("anyOf", []) if kind != {"type": "null"}]
    if len(kinds) != 1:
        return schema
    about = {name: value for name, value in schema.items() if name not in {"anyOf", "default"}}
    return kinds[0] if "$ref" in kinds[0] and about.keys() <= {"title"} else {**about, **kinds[0]}


def _responses(described: Json, endpoint: Endpoint[..., Any]) -> Json:
    good = described[str(endpoint.status)]
    good["description"] = "Done" if endpoint.status == 204 else "The answer"
    if endpoint.media_type != "application/json":
        good["content"] = {endpoint.media_type: {"schema": {"type": "string"}}}
    tagged = endpoint.conditional or "version" in getattr(endpoint.answer, "model_fields", {})
    good["headers"] = _headers(["ETag"] * tagged + ["Idempotency-Replayed"] * endpoint.idempotent)
    shared = {str(status): _name(kinds) for status, kinds in _refusals(endpoint).items()}
    if endpoint.conditional:
        shared["304"] = NOT_MODIFIED
    references = {status: {"$ref": f"#/components/responses/{shared[status]}"} for status in sorted(shared)}
    return {str(endpoint.status): good, **references}


def _refusals(endpoint: Endpoint[..., Any]) -> dict[int, tuple[type[Refusal], ...]]:
    """Return the refusals of an endpoint by status."""
    refusals = sorted(endpoint.all_refusals, key=lambda refusal: (refusal.status, refusal.code()))
    return {status: tuple(kinds) for status, kinds in groupby(refusals, key=lambda refusal: refusal.status)}


def _name(kinds: tuple[type[Refusal], ...]) -> str:
    """Return the name of the shared response that is one of these refusals."""
    return "Or".join(kind.__name__ for kind in kinds)


def _headers(names: Iterable[str]) -> Json:
    return {name: {"$ref": f"#/components/headers/{name}"} for name in ("X-Request-Id", *names)}


def _refused(kinds: tuple[type[Refusal], ...]) -> Json:
    extra = [name for kind in kinds for name in kind("").headers()]
    references = {kind.code(): f"#/components/schemas/{kind.problem().__name__}" for kind in kinds}
    schema: Json = {"$ref": next(iter(references.values()))}
    if len(kinds) > 1:
        schema = {
            "oneOf": [{"$ref": reference} for reference in references.values()],
            "discriminator": {"propertyName": "code", "mapping": references},
        }
    return {
        "description": "; ".join(kind.title() for kind in kinds),
        "headers": _headers(dict.fromkeys(extra)),
        "content": {PROBLEM_MEDIA_TYPE: {"schema": schema}},
    }


def _exact(schema: Any) -> Any:
    """Return a schema with integer bounds. FastAPI writes floats, which cannot hold the largest 64-bit integer."""
    if isinstance(schema, list):
        return [_exact(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    exact = {name: _exact(part) for name, part in schema.items()}
    if exact.get("type") == "integer":
        exact.update({bound: min(int(exact[bound]), MAX_ID) for bound in ("minimum", "maximum") if bound in exact})
    return exact


def _components(schemas: Json) -> Json:
    refusals = dict.fromkeys(refusal for endpoint in ENDPOINTS for refusal in endpoint.all_refusals)
    problems = models_json_schema(
        [(refusal.problem(), "serialization") for refusal in refusals], ref_template="#/components/schemas/{model}"
    )[1]["$defs"]
    responses = {_name(kinds): _refused(kinds) for endpoint in ENDPOINTS for kinds in _refusals(endpoint).values()}
    responses[NOT_MODIFIED] = {"description": "The answer that you have is current", "headers": _headers(["ETag"])}
    ours = {name: schema for name, schema in schemas.items() if name not in {"HTTPValidationError", "ValidationError"}}
    return {
        "schemas": _exact(dict(sorted({**ours, **problems}.items()))),
        "responses": dict(sorted(responses.items())),
        "parameters": {name: {"name": name, "in": "header", **about} for name, about in PARAMETERS.items()},
        "headers": HEADERS,
        "securitySchemes": {
            "bearer": {
                "type": "http",
                "scheme": "bearer",
                "bearerFormat": "JWT",
                "description": "The `access_token` that `POST /auth/login` answers.",
            }
        },
    }
