"""A bounded load of plain HTTP/1.1 requests on persistent connections, to 127.0.0.1 only."""

import asyncio
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

CONNECTIONS = 16
LONGEST_S = 60.0


class Measured(NamedTuple):
    """`cpu_ms` is the processor time of the measured processes for one request, without that of the load."""

    per_second: float
    p50_ms: float
    p99_ms: float
    cpu_ms: float


def cpu_seconds(pids: list[int]) -> float:
    """Return the processor time of all threads of the processes (Linux), finer than the ticks of /proc/*/stat."""
    threads = (file for pid in pids for file in Path(f"/proc/{pid}/task").glob("*/schedstat"))
    return sum(int(file.read_text().split()[0]) for file in threads) / 1e9


async def measure(port: int, requests: list[bytes], status: int, pids: list[int], after_s: float = 0) -> Measured:
    """Send every request once over 16 connections. Raises AssertionError for any other status, TimeoutError after a minute.

    `after_s`: seconds afterwards in which work of the processes counts too.
    """
    waiting = iter(requests)
    times: list[float] = []
    before, started = cpu_seconds(pids), time.perf_counter()
    async with asyncio.timeout(LONGEST_S):
        await asyncio.gather(*(_connection(port, waiting, status, times) for _ in range(CONNECTIONS)))
    wall = time.perf_counter() - started
    await asyncio.sleep(after_s)
    used = cpu_seconds(pids) - before
    times.sort()
    count = len(times)
    return Measured(count / wall, times[count // 2] * 1000, times[int(count * 0.99)] * 1000, used / count * 1000)


async def _connection(port: int, waiting: Iterator[bytes], status: int, times: list[float]) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for request in waiting:
        started = time.perf_counter()
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        body = await _body(reader, head.lower().split(b"\r\n"))
        times.append(time.perf_counter() - started)
        assert head.split(b" ", 2)[1] == str(status).encode(), head + body
    writer.close()
    await writer.wait_closed()


async def _body(reader: asyncio.StreamReader, head: list[bytes]) -> bytes:
    if b" 304 " in head[0]:
        return b""
    if b"transfer-encoding: chunked" not in head:
        return await reader.readexactly(next(int(line[15:]) for line in head if line.startswith(b"content-length:")))
    chunks: list[bytes] = []
    while size := int(await reader.readline(), 16):
        chunks.append((await reader.readexactly(size + 2))[:-2])
    await reader.readline()
    return b"".join(chunks)


def request(
    method: str, path: str, token: str | None = None, body: bytes = b"", headers: Mapping[str, str] = MappingProxyType({})
) -> bytes:
    """Return one request as bytes."""
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", *(f"{name}: {value}" for name, value in headers.items())]
    if token:
        lines.append(f"Authorization: Bearer {token}")
    if body:
        lines += ["Content-Type: application/json", f"Content-Length: {len(body)}"]
    return ("\r\n".join(lines) + "\r\n\r\n").encode() + body
