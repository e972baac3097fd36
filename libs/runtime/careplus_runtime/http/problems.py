"""Refusals as RFC 9457 problem details, and the middleware that gives every request an id and logs it."""

import re
import secrets
import time
from collections.abc import Callable, Sequence
from typing import Any

from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from careplus_contracts.refusals import (
    PROBLEM_MEDIA_TYPE,
    FieldError,
    Malformed,
    MethodNotAllowed,
    NotFound,
    Refusal,
    Unexpected,
)
from careplus_runtime.process.logs import log

_REQUEST_ID = re.compile(r"[A-Za-z0-9-]{8,64}")

NOTHING_HERE = "There is nothing at this address, or it is not yours."
Location = tuple[int | str, ...]


def header(scope: Scope, name: bytes) -> str | None:
    """Return the first header of this lower-case name."""
    return next((value.decode("latin-1") for key, value in scope["headers"] if key == name), None)


def problem(refusal: Refusal, request_id: str) -> Response:
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


class RequestIdMiddleware:
    """Gives every request an id, logs it, and turns an unexpected exception into a 500 problem.

    The gateway sets `log_all`, so that each request is one log line, except successful requests to `/health`, which the health
    monitor sends every second. Services log only 5xx.
    """

    def __init__(self, app: ASGIApp, *, log_all: bool) -> None:
        self.app = app
        self.log_all = log_all

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        sent_id = header(scope, b"x-request-id") or ""
        request_id = sent_id if _REQUEST_ID.fullmatch(sent_id) else secrets.token_hex(8)
        scope["request_id"] = request_id
        started, status = time.perf_counter(), 0

        async def with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message["headers"], (b"x-request-id", request_id.encode())]
            await send(message)

        try:
            await self.app(scope, receive, with_id)
        except Exception:
            log.exception("unexpected", request_id=request_id, method=scope["method"], path=scope["path"])
            if status:
                raise
            unexpected = Unexpected("This should not happen. Please tell us the request id.")
            await problem(unexpected, request_id)(scope, receive, with_id)
        if (self.log_all and (scope["path"] != "/health" or status >= 400)) or status >= 500:
            log.log(
                30 if status >= 500 else 20,
                "request",
                request_id=request_id,
                method=scope["method"],
                path=scope["path"],
                status=status,
                ms=round((time.perf_counter() - started) * 1000, 1),
            )
