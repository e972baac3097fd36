"""A refusal at the gateway's door is told to the service, which has the audit trail and refuses the same."""

import asyncio
from contextlib import suppress

import httpx
from starlette.types import Receive, Scope, Send

from careplus_contracts.refusals import Forbidden, Unavailable
from careplus_gateway.breaker import Breaker
from careplus_gateway.forward import Forward
from careplus_runtime.identity.authorization import RequireRole
from careplus_runtime.process.logs import error_type, log

PATIENCE_S = 1.0
WITHOUT_BODY = frozenset({b"content-length", b"content-type", b"transfer-encoding", b"idempotency-key"})


class NotedDoor(RequireRole):
    """The door before a service's endpoint."""

    def __init__(self, forward: Forward) -> None:
        super().__init__(forward, forward.endpoint)
        self.forward = forward

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        except Forbidden:
            await self._tell(scope)
            raise

    async def _tell(self, scope: Scope) -> None:
        state, request_id = scope["app"].state, scope["request_id"]
        headers = [pair for pair in scope["headers"] if pair[0] not in WITHOUT_BODY]
        breaker: Breaker = state.breakers[self.endpoint.service]
        with suppress(Unavailable):
            admitted = breaker.admit(request_id)
            try:
                async with asyncio.timeout(PATIENCE_S), admitted, breaker.turn(request_id):
                    answer = await state.transport.handle_async_request(self.forward.request({**scope, "headers": headers}, b""))
                    await answer.aclose()
            except (httpx.TransportError, TimeoutError) as error:
                log.warning("refusal_not_audited", request_id=request_id, reason=error_type(error))
            finally:
                breaker.leave(admitted)
