"""`python -m bench.metered`: measure the cost of metrics for a list, at the service alone and behind the gateway.

`python -m bench.metered NAME` is a process of it: SIGUSR1 switches its metrics off, SIGUSR2 on again. One process is measured
both ways, because two processes differ by more than the metrics cost.
"""

import asyncio
import importlib
import os
import runpy
import signal
import statistics
import sys
import tempfile
from itertools import count
from pathlib import Path
from typing import Any

import httpx
import sqlalchemy as sa

from bench.__main__ import SERVICES, fill, hospital_environment, sign_in, start, wait
from bench.load import Measured, measure, request
from careplus_runtime.monitoring import service_state
from tests.hospital import free_port

OFF, ON = signal.SIGUSR1, signal.SIGUSR2
METERED = ("appointments", "gateway")
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "40"))
READS = 100
"""Lists in each of the rounds, which are short because the load of the machine changes."""


def serve(process: str) -> None:
    """Be `python -m careplus_<process>` with metrics that can be switched off."""
    listened: list[tuple[Any, ...]] = []
    listen = sa.event.listen
    kept: list[Any] = []

    def remember(*arguments: Any, **options: Any) -> None:
        listened.append(arguments)
        listen(*arguments, **options)

    def off(*_: Any) -> None:
        if kept:
            return
        kept[:] = [app.state.metrics, *(pool.observe_wait for pool in pools())]
        app.state.metrics = None
        for pool in pools():
            pool.observe_wait = None
        for arguments in ours():
            sa.event.remove(*arguments)

    def on(*_: Any) -> None:
        if kept:
            app.state.metrics = kept[0]
            for pool, observe in zip(pools(), kept[1:], strict=True):
                pool.observe_wait = observe
            for arguments in ours():
                listen(*arguments)
            kept.clear()

    def pools() -> list[Any]:
        database = getattr(app.state, "database", None)
        return [] if database is None else [engine.sync_engine.pool for engine in (database.reader, database.writer)]

    def ours() -> list[tuple[Any, ...]]:
        return [one for one in listened if getattr(one[2], "func", one[2]) in watchers]

    sa.event.listen = remember
    watchers = (service_state._keep_time, service_state._observe_held, service_state._count)
    app = importlib.import_module(f"careplus_{process}.app").app
    signal.signal(OFF, off)
    signal.signal(ON, on)
    runpy.run_module(f"careplus_{process}", run_name="__main__")


async def rounds(ports: dict[str, int], pids: dict[str, int]) -> dict[tuple[str, bool], list[Measured]]:
    """Return the values of each round, by the process that is asked and whether metrics are on."""
    found: dict[tuple[str, bool], list[Measured]] = {(name, is_on): [] for name in METERED for is_on in (True, False)}
    for turn in range(ROUNDS):
        # a token expires after some minutes; asked of auth, because the gateway gives up on a busy machine
        with httpx.Client(base_url=f"http://127.0.0.1:{ports['auth']}", trust_env=False, timeout=60) as http:
            listing = request("GET", "/api/appointments?limit=20", sign_in(http, "pat@demo.example"))
        for name, is_on in list(found)[:: -1 if turn % 2 else 1]:
            for process in METERED:
                os.kill(pids[process], ON if is_on else OFF)
            await asyncio.sleep(0.1)
            whole = [pids["appointments"]] if name == "appointments" else [pids[process] for process in METERED]
            found[name, is_on].append(await measure(ports[name], [listing] * READS, 200, whole))
    return found


def main(folder: Path) -> None:
    ports = dict(zip(SERVICES, count(free_port()), strict=False))
    environment = hospital_environment(ports, folder) | {
        "CAREPLUS_METRICS": "127.0.0.1",
        "CAREPLUS_METRICS_OFFSET": str(len(SERVICES)),
    }
    fill(environment, folder)
    environment["PYTHONPATH"] = str(Path(__file__).resolve().parent.parent)
    command = {
        name: ["bench.metered" if name in METERED else f"careplus_{name}", *([name] if name in METERED else []), "--no-watchdog"]
        for name in SERVICES
    }
    processes = {name: start(command[name], environment, folder) for name in SERVICES}
    try:
        wait(f"http://127.0.0.1:{ports['gateway']}/ready")
        found = asyncio.run(rounds(ports, {name: process.pid for name, process in processes.items()}))
    finally:
        for process in processes.values():
            process.terminate()
        for process in processes.values():
            process.wait(15)
    for name in METERED:
        on, off = ([one.cpu_ms for one in found[name, is_on]] for is_on in (True, False))
        shares = [one / other - 1 for one, other in zip(on, off, strict=True)]
        low, middle, high = statistics.quantiles(shares)
        print(
            f"list of 20 at {name}: {statistics.median(off):.3f} CPU-ms without metrics, {statistics.median(on):.3f} with:"
            f" {middle:+.1%} ({low:+.1%} to {high:+.1%} in half of {ROUNDS} rounds)"
        )


if __name__ == "__main__":
    if len(sys.argv) > 1:
        serve(sys.argv.pop(1))
    else:
        with tempfile.TemporaryDirectory(prefix="careplus-bench-") as place:
            main(Path(place))
