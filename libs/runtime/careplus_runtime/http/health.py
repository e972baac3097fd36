"""The health endpoints of a service: it runs, and it can serve."""

import asyncio

from fastapi import Request, Response

from careplus_contracts.refusals import InsufficientStorage, Unavailable
from careplus_runtime.http.problems import problem
from careplus_tables.migrate import check_schema


async def show_health(_: Request) -> Response:
    return Response(b'{"status":"ok"}', media_type="application/json")


async def show_readiness(request: Request) -> Response:
    try:
        await check_schema(request.app.state.database)
        request.app.state.disk.check()
        await asyncio.to_thread(request.app.state.disk.write)
    except InsufficientStorage as full:
        return problem(full, request.scope["request_id"])
    except OSError as error:
        return problem(Unavailable(f"The disk is not ready: {error.strerror}"), request.scope["request_id"])
    except Exception as error:
        return problem(Unavailable(f"The database is not ready: {error}"), request.scope["request_id"])
    return Response(b'{"ready":true,"parts":{"database":true}}', media_type="application/json")
