"""The cost of the framework: the same small response from raw ASGI and from FastAPI."""

from typing import Any

from fastapi import FastAPI

framework = FastAPI(openapi_url=None)


@framework.get("/")
async def hello() -> dict[str, str]:
    return {"hello": "world"}


async def raw(scope: Any, receive: Any, send: Any) -> None:
    """Answer without any framework."""
    if scope["type"] == "http":
        headers = [(b"content-type", b"application/json"), (b"content-length", b"17")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b'{"hello":"world"}'})
