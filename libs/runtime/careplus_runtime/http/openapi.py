"""The OpenAPI 3.1 document of every endpoint, made from the contracts alone; no service needs to run."""

import inspect
import json
import sys
from collections.abc import Callable, Iterable, Mapping
from importlib.metadata import version
from itertools import groupby
from typing import Annotated, Any

from fastapi import FastAPI, Query
from pydantic.json_schema import models_json_schema

from careplus_contracts.endpoints import Endpoint, OwnToken, Public, Role
from careplus_contracts.refusals import PROBLEM_MEDIA_TYPE, Refusal
from careplus_contracts.registry import ENDPOINTS
from careplus_runtime.http.examples import FILES, WORDS, example, refused
from careplus_runtime.http.schemas import exact, open_answers, without_null

Json = dict[str, Any]

ABOUT = """\
The API of the hospital's portals, as JSON over HTTP.

- **Signing in**: `POST /auth/login` answers an access token for ten minutes; send it as `Authorization: Bearer …`. It also sets
  a cookie, with which `POST /auth/refresh` answers the next token.
- **Lists** answer `items` and `next_cursor`; send `next_cursor` as `cursor`, with the same filters, for the next page.
- **Query parameters** that are unknown, or sent twice, are refused with 422.
- **Refusals** are RFC 9457 problem details; switch on `code`. [All refusals](/docs/problems) with their members and remedies.
  Every operation can also answer 500 `unexpected`.
- **New members** of answers and problems may appear at any time: ignore members that you do not know.
- **Instants** have an offset, and UTC in answers; days are days of the clinic's calendar.
- **Repeating**: send a random `Idempotency-Key` with a POST or PUT, and repeat the request safely for 24 hours.
- **Editing**: send the `ETag` that you read as `If-Match`. If the record has changed since, the answer is 412 and your
  request has no effect, even if the other change was the same as yours.
"""

# without `example`: Swagger UI sends it as the value, so that a second request is refused
PARAMETERS: Json = {
    "Idempotency-Key": {
        "description": "Makes the request safe to repeat for 24 hours: the first answer is sent again. Leave it "
        "out, or use a new random key, such as a UUID, for each new request: the stored answer is encrypted with it.",
        "schema": {
            "type": "string",
            "minLength": 1,
            "maxLength": 255,
            "pattern": "^[\\x21-\\x7e]([\\x20-\\x7e]*[\\x21-\\x7e])?$",
        },
    },
    "If-Match": {
        "description": "The `ETag` of the version that you change, its number in double quotes; any other version is 412. "
        "Without it the change applies to any version.",
        "schema": {"type": "string"},
    },
    "If-None-Match": {
        "description": "The `ETag` of the answer that you have; 304 while it is current.",
        "schema": {"type": "string"},
    },
    "X-CarePlus": {
        "description": "Always `1`: pages of other sites cannot send it.",
        "required": True,
        "schema": {"type": "string", "enum": ["1"]},
    },
    "Origin": {
        "description": "The public address of the hospital, as its own pages have it. Browsers send it by themselves; other "
        "programs must send it.",
        "schema": {"type": "string", "format": "uri"},
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
    "Location": {
        "description": "The address of the new record, or of the list that has it.",
        "schema": {"type": "string", "format": "uri-reference"},
    },
    "Set-Cookie": {
        "description": "A cookie of auth, such as the refresh cookie; browsers keep it, and scripts cannot read it. An empty one "
        "deletes it.",
        "schema": {"type": "string"},
    },
    "Idempotency-Replayed": {
        "description": "`true`: the stored answer to an earlier request with the same key.",
        "schema": {"type": "string", "const": "true"},
    },
}
SECURITY: Json = {
    "bearer": {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "JWT",
        "description": "The `access_token` that `POST /auth/login` answers.",
    },
    "screen": {
        "type": "http",
        "scheme": "bearer",
        "description": "The `token` that `POST /api/reception/screens` answers, for `GET /api/screen` alone.",
    },
    "refreshCookie": {
        "type": "apiKey",
        "in": "cookie",
        "name": "__Host-careplus-refresh",
        "description": "The cookie that `POST /auth/login` sets. At an address without https its name is `careplus-refresh`.",
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
    described["components"] = _components(described["paths"], described["components"]["schemas"])
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
    return [roles.value] if isinstance(roles, Public | OwnToken) else [role.value for role in Role if role in roles]


def _security(endpoint: Endpoint[..., Any]) -> list[Json]:
    if endpoint.needs_cookie:
        return [{"refreshCookie": []}]
    if isinstance(endpoint.roles, OwnToken):
        return [{endpoint.roles.value: []}]
    return [] if endpoint.public else [{"bearer": []}]


def _complete(operation: Json, endpoint: Endpoint[..., Any]) -> None:
    """Add roles, headers, examples and refusals of the contract to FastAPI's description of an operation."""
    operation["security"] = _security(endpoint)
    operation["x-roles"] = _roles(endpoint)
    for parameter in operation.get("parameters", []):
        parameter["schema"] = without_null(parameter["schema"])
    sent = {"Idempotency-Key": endpoint.idempotent, "If-Match": endpoint.versioned, "If-None-Match": endpoint.conditional}
    sent |= dict.fromkeys(("X-CarePlus", "Origin"), endpoint.needs_cookie or endpoint.own_pages)
    if names := [name for name, is_sent in sent.items() if is_sent]:
        operation.setdefault("parameters", []).extend({"$ref": f"#/components/parameters/{name}"} for name in names)
    if endpoint.body is not None:
        content = operation["requestBody"]["content"]["application/json"]
        content["schema"] = without_null(content["schema"])
        if endpoint.example is not None:
            content["example"] = dict(endpoint.example)
    operation["responses"] = _responses(operation["responses"], endpoint)


def _responses(described: Json, endpoint: Endpoint[..., Any]) -> Json:
    good = described[str(endpoint.status)]
    good["description"] = "Done" if endpoint.status == 204 else "The answer"
    if endpoint.media_type != "application/json":
        good["content"] = {endpoint.media_type: {"schema": {"type": "string"}, "example": FILES[endpoint.media_type]}}
    elif "content" in good:
        name = endpoint.answer.__name__
        good["content"]["application/json"]["examples"] = _examples({name: name})
    sent = {
        "ETag": endpoint.conditional or "version" in getattr(endpoint.answer, "model_fields", {}),
        "Location": endpoint.status == 201,
        "Set-Cookie": endpoint.sets_cookie,
        "Idempotency-Replayed": endpoint.idempotent,
    }
    good["headers"] = _headers(name for name, is_sent in sent.items() if is_sent)
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


def _examples(names: Mapping[str, str]) -> Json:
    return {title: {"$ref": f"#/components/examples/{name}"} for title, name in names.items()}


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
        "content": {
            PROBLEM_MEDIA_TYPE: {
                "schema": schema,
                "examples": _examples({kind.code(): kind.problem().__name__ for kind in kinds}),
            }
        },
    }


def _components(paths: Json, schemas: Json) -> Json:
    refusals = dict.fromkeys(refusal for endpoint in ENDPOINTS for refusal in endpoint.all_refusals)
    problems = models_json_schema(
        [(refusal.problem(), "serialization") for refusal in refusals], ref_template="#/components/schemas/{model}"
    )[1]["$defs"]
    responses = {_name(kinds): _refused(kinds) for endpoint in ENDPOINTS for kinds in _refusals(endpoint).values()}
    responses[NOT_MODIFIED] = {"description": "The answer that you have is current", "headers": _headers(["ETag"])}
    ours = {name: schema for name, schema in schemas.items() if name not in {"HTTPValidationError", "ValidationError"}}
    open_answers(paths, ours)
    examples = {kind.problem().__name__: json.loads(refused(kind).body(WORDS["request_id"])) for kind in refusals}
    answers = {one.answer.__name__ for one in ENDPOINTS if one.media_type == "application/json" and one.status != 204}
    examples |= {name: example({"$ref": name}, ours) for name in answers}
    return {
        "schemas": exact(dict(sorted({**ours, **problems}.items()))),
        "responses": dict(sorted(responses.items())),
        "examples": {name: {"value": value} for name, value in sorted(examples.items())},
        "parameters": {name: {"name": name, "in": "header", **about} for name, about in PARAMETERS.items()},
        "headers": HEADERS,
        "securitySchemes": SECURITY,
    }
