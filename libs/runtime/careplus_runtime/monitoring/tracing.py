"""Traces for OpenTelemetry, where OTEL_EXPORTER_OTLP_ENDPOINT is set; the library reads that and its other variables itself.

A span has the name of the operation, the method and the status: no path, query, body, header, address or message of an error.
"""

import os
from importlib.util import find_spec
from typing import Any

from starlette.middleware import Middleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from careplus_runtime.process.settings import SettingsError

VARIABLES = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")


def is_traced() -> bool:
    """Return whether this process sends traces."""
    return any(map(os.environ.get, VARIABLES))


def check_tracing() -> None:
    """Raise SettingsError where traces are on and the extra with their library is not installed."""
    if is_traced() and find_spec("opentelemetry.exporter") is None:
        raise SettingsError(f"{VARIABLES[0]}: needs the extra tracing of careplus-runtime; in containers CAREPLUS_EXTRAS=tracing")


def gateway_tracing() -> list[Middleware]:
    """Return the gateway's middleware of spans, none where traces are off."""
    return [Middleware(TracingMiddleware, process="gateway", trusts_caller=False)] if is_traced() else []


async def add_trace_headers(request: Any) -> None:
    """Continue the trace of the current request in one that httpx sends; an event hook."""
    from opentelemetry import propagate

    propagate.inject(request.headers)


class TracingMiddleware:
    """Makes one span of each request, in the trace of the caller where `trusts_caller`: at services, not at the gateway."""

    def __init__(self, app: ASGIApp, *, process: str, trusts_caller: bool) -> None:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor

        self.app, self.trusts_caller = app, trusts_caller
        provider = TracerProvider(resource=Resource.create({"service.name": f"careplus-{process}"}))
        provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
        self.tracer = provider.get_tracer("careplus")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        from opentelemetry import propagate, trace
        from opentelemetry.context import Context

        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        status = 0

        async def with_status(message: Message) -> None:
            nonlocal status
            status = message.get("status", status)
            await send(message)

        sent = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"] if name == b"traceparent"}
        parent = propagate.extract(sent) if self.trusts_caller else Context()
        # an exception's message may hold personal data
        plain: dict[str, Any] = {"kind": trace.SpanKind.SERVER, "record_exception": False, "set_status_on_exception": False}
        with self.tracer.start_as_current_span("none", parent, **plain) as span:
            carrier: dict[str, str] = {}
            propagate.inject(carrier)
            scope["trace_headers"] = [(name.encode(), value.encode()) for name, value in carrier.items() if name == "traceparent"]
            try:
                await self.app(scope, receive, with_status)
            finally:
                span.update_name(scope.get("operation", "none"))
                span.set_attribute("http.response.status_code", status)
                if scope.get("operation"):
                    # an endpoint has one of few methods; a client can write any text
                    span.set_attribute("http.request.method", scope["method"])
                if not 0 < status < 500:
                    span.set_status(trace.StatusCode.ERROR)
