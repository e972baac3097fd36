"""Serve one worker: `python -m careplus_cli.worker`, started by the supervisor."""

from careplus_gateway.protocol import Protocol
from careplus_runtime.process.server import main

# between the gateway's ten seconds and a service's three: many requests at once stall it longer than a service, and it may hold
# the write lock, for which other workers wait five
main("gateway", "careplus_cli.worker.app:app", http=Protocol, stall_s=4)
