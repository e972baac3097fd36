"""A receiver of traces over OTLP/HTTP: `python -m tests.monitoring.trace_receiver PORT FILE` appends each request as JSON."""

import sys
from pathlib import Path

from aiohttp import web
from google.protobuf.json_format import MessageToJson
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest, ExportTraceServiceResponse


def application(file: Path) -> web.Application:
    async def receive(request: web.Request) -> web.Response:
        message = ExportTraceServiceRequest.FromString(await request.read())
        with file.open("a") as lines:
            lines.write(MessageToJson(message, indent=None) + "\n")
        return web.Response(body=ExportTraceServiceResponse().SerializeToString(), content_type="application/x-protobuf")

    app = web.Application()
    app.router.add_post("/v1/traces", receive)
    return app


if __name__ == "__main__":
    web.run_app(application(Path(sys.argv[2])), host="127.0.0.1", port=int(sys.argv[1]), print=None)
