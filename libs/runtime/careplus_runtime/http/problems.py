"""How refusals leave a process: as RFC 9457 problem details, with the request's id, and one log line for what went wrong."""

import re
import secrets
import time
from collections.abc import Callable
from typing import Any

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


def header(scope: Scope, name: bytes) -> str | None:
    """The first header of this lower-case name."""
    return next((value.decode("latin-1") for key, value in scope["headers"] if key == name), None)


def problem(refusal: Refusal, request_id: str) -> Response:
    headers = {"Cache-Control": "no-store", **refusal.headers()}
    return Response(refusal.body(request_id), refusal.status, headers, media_type=PROBLEM_MEDIA_TYPE)


async def answer_refusal(request: Request, refusal: Exception) -> Response:
    """Exception handler for refusals."""
    assert isinstance(refusal, Refusal)
    return problem(refusal, request.scope["request_id"])


async def answer_http_exception(request: Request, error: Exception) -> Response:
    """Exception handler for what Starlette itself refuses: unknown addresses and methods."""
    assert isinstance(error, HTTPException)
    if error.status_code == 405:
        refused = problem(MethodNotAllowed("Look at the Allow header."), request.scope["request_id"])
        refused.headers.update(error.headers or {})
        return refused
    if error.status_code == 404:
        return problem(NotFound(NOTHING_HERE), request.scope["request_id"])
    return problem(malformed([{"loc": ("body",), "msg": str(error.detail)}]), request.scope["request_id"])


def malformed(errors: list[Any]) -> Malformed:
    """A refusal that names each member that was not accepted, never its value."""
    found = [
        FieldError(
            field=".".join(str(part) for part in error["loc"]) or "body",
            message=error["msg"].removeprefix("Value error, "),
        )
        for error in errors[:50]
    ]
    return Malformed(f"{found[0].field}: {found[0].message}", errors=found)


def not_accepted(error: ValidationError, place: Callable[[tuple[int | str, ...]], str]) -> Malformed:
    """The same of what pydantic did not take; `place` says where in the request a member stands."""
    found = error.errors(include_input=False, include_url=False, include_context=False)
    return malformed([{**one, "loc": (place(one["loc"]), *one["loc"])} for one in found])


class Requests:
    """Outermost ASGI layer: gives every request an id, logs it, and turns what nobody expected into a 500 problem.

    `log_all`: also requests that went well; the gateway does, so that each request is one line, but for
    `/health`, which is asked every second.
    """

    def __init__(self, app: ASGIApp, *, log_all: bool) -> None:
        self.app = app
        self.log_all = log_all

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        given = header(scope, b"x-request-id") or ""
        request_id = given if _REQUEST_ID.fullmatch(given) else secrets.token_hex(8)
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
