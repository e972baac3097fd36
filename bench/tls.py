"""`python -m bench.tls`: the processor time of a list of 20 through the gateway, with plain HTTP and with TLS inside.

Two hospitals with the same people, measured in turn. Compare the two, not figures of two machines.
"""

import asyncio
import os
import secrets
import statistics
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

import httpx

from bench.__main__ import SERVICES, free_ports, sign_in, start, wait
from bench.load import Measured, measure, request
from careplus_cli.certificates import make_certificates

ROUNDS, READS = 20, 400
KINDS: dict[str, dict[str, str]] = {
    "plain HTTP": {},
    "TLS, client certificates": {"CAREPLUS_MUTUAL_TLS": "true"},
}


def open_hospital(folder: Path, more: dict[str, str], held: ExitStack) -> tuple[dict[str, int], dict[str, int]]:
    """Start a demo hospital; return ports and process ids by name."""
    ports = dict(zip(SERVICES, free_ports(len(SERVICES)), strict=True))
    folder.mkdir()
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("CAREPLUS_")},
        **{f"CAREPLUS_{service.upper()}_URL": f"http://127.0.0.1:{ports[service]}" for service in SERVICES},
        "SECRET_KEY": secrets.token_urlsafe(48),
        "CAREPLUS_FORWARDED_KEY": secrets.token_urlsafe(48),
        "CAREPLUS_DATA": str(folder),
        "CAREPLUS_PORT": str(ports["gateway"]),
        "CAREPLUS_LOG_LEVEL": "warning",
        **dict.fromkeys(("CAREPLUS_RATE_ACCOUNT", "CAREPLUS_RATE_ANONYMOUS", "CAREPLUS_RATE_AUTH"), "10000000"),
        **more,
    }
    filled = ["demo", "--doctors", "10", "--patients", "200", "--appointments", "4000"]
    subprocess.run([sys.executable, "-m", "careplus_cli", *filled], env=environment, cwd=folder, check=True)
    processes = {service: start([f"careplus_{service}"], environment, folder) for service in SERVICES}
    for process in processes.values():
        held.callback(process.wait, 15)
        held.callback(process.terminate)
    wait(f"http://127.0.0.1:{ports['gateway']}/ready")
    return ports, {name: process.pid for name, process in processes.items()}


async def run(folder: Path) -> None:
    make_certificates(folder / "certificates", days=1)
    found: dict[str, list[Measured]] = {kind: [] for kind in KINDS}
    with ExitStack() as held:
        opened = {}
        for number, (kind, more) in enumerate(KINDS.items()):
            secured = {**more, "CAREPLUS_CERTIFICATES": str(folder / "certificates")} if more else {}
            ports, pids = open_hospital(folder / str(number), secured, held)
            with httpx.Client(base_url=f"http://127.0.0.1:{ports['gateway']}", trust_env=False, timeout=60) as http:
                listing = request("GET", "/api/appointments?limit=20", sign_in(http, "pat@demo.example"))
            opened[kind] = (ports["gateway"], [listing] * READS, [pids["gateway"], pids["appointments"]])
        for turn in range(ROUNDS):
            for kind in list(KINDS)[:: -1 if turn % 2 else 1]:
                port, requests, pids_of_request = opened[kind]
                found[kind].append(await measure(port, requests, 200, pids_of_request))
    for kind, rounds in found.items():
        low, middle, high = statistics.quantiles([one.cpu_ms for one in rounds])
        print(f"{kind}: {middle:.2f} ms of processor time ({low:.2f} to {high:.2f} in half the rounds)")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="careplus-bench-") as place:
        asyncio.run(run(Path(place)))
