"""Refusals as RFC 9457 problem details."""

from collections.abc import Callable, Sequence
from typing import Any

from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Scope

from careplus_contracts.refusals import (
    PROBLEM_MEDIA_TYPE,
    FieldError,
    Malformed,
    MethodNotAllowed,
    NotFound,
    Refusal,
)

NOTHING_HERE = "There is nothing at this address, or it is not yours."
Location = tuple[int | str, ...]


def header(scope: Scope, name: bytes) -> str | None:
    """Return the first header of this lower-case name."""
    return next((value.decode("latin-1") for key, value in scope["headers"] if key == name), None)


refusal_observers: list[Callable[[str], object]] = []
"""Called with the code of each refusal of this process."""


def problem(refusal: Refusal, request_id: str) -> Response:
    for observe in refusal_observers:
        observe(refusal.code())
    headers = {"Cache-Control": "no-store", **refusal.headers()}
    return Response(refusal.body(request_id), refusal.status, headers, media_type=PROBLEM_MEDIA_TYPE)


async def answer_refusal(request: Request, refusal: Exception) -> Response:
    """Exception handler for refusals."""
    assert isinstance(refusal, Refusal)
    return problem(refusal, request.scope["request_id"])


async def answer_http_exception(request: Request, error: Exception) -> Response:
    """Exception handler for errors of Starlette and FastAPI: unknown addresses, other methods, malformed parameters."""
    refusal: Refusal
    if isinstance(error, RequestValidationError):
        refusal = malformed(error.errors())
    else:
        assert isinstance(error, HTTPException)
        refusals = {404: NotFound(NOTHING_HERE), 405: MethodNotAllowed("Look at the Allow header.")}
        refusal = refusals.get(error.status_code) or malformed([{"loc": ("body",), "msg": str(error.detail)}])
    response = problem(refusal, request.scope["request_id"])
    if isinstance(refusal, MethodNotAllowed):
        response.headers.update(getattr(error, "headers", None) or {})
    return response


def malformed(errors: Sequence[Any]) -> Malformed:
    """Return a refusal that names at most 50 members that were not accepted, never their values."""
    found = [
        FieldError(
            field=".".join(str(part) for part in error["loc"]) or "body",
            message=error["msg"].removeprefix("Value error, "),
        )
        for error in errors[:50]
    ]
    return Malformed(f"{found[0].field}: {found[0].message}", errors=found)


def not_accepted(error: ValidationError, location: Callable[[Location], Location]) -> Malformed:
    """Return the refusal for an error of pydantic; `location` turns a path in the model into one in the request."""
    found = error.errors(include_input=False, include_url=False, include_context=False)
    return malformed([{**one, "loc": location(one["loc"])} for one in found])
