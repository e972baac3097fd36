"""Serve the gateway as its own command does, with shorter timeouts: `python -m tests.gateway.impatient_gateway PORT SECONDS`."""

import sys

import uvicorn

from careplus_gateway import circuit_breaker, forward, protocol


def main(port: int, timeout_s: float) -> None:
    circuit_breaker.RESTART_S = circuit_breaker.SLOT_WAIT_S = timeout_s
    forward.TIMEOUTS.update(read=timeout_s)
    protocol.Protocol.read_timeout_s = protocol.Protocol.write_timeout_s = timeout_s
    uvicorn.run(
        "careplus_gateway.app:app",
        port=port,
        http=protocol.Protocol,
        loop="uvloop",
        ws="none",
        proxy_headers=False,
        server_header=False,
        access_log=False,
        log_level="warning",
    )


if __name__ == "__main__":
    main(int(sys.argv[1]), float(sys.argv[2]))
