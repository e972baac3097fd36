"""Metrics of an application for as long as it runs, where CAREPLUS_METRICS is set."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from pathlib import Path

from cryptography import x509
from starlette.applications import Starlette

from careplus_runtime.http import problems
from careplus_runtime.monitoring.catalogue import CERTIFICATE, Reader, Sample
from careplus_runtime.process.one_process import shared_of
from careplus_runtime.process.settings import Settings


@asynccontextmanager
async def running_metrics(app: Starlette, process: str) -> AsyncIterator[None]:
    """Set `state.metrics`, None where they are off, and `state.readers`, to which the process adds its own.

    Where one process serves all, the gateway counts the requests and reads the gauges of all.
    """
    state, shared = app.state, shared_of(app)
    readers: list[Reader] = shared.readers if shared else []
    state.metrics, state.readers = None, readers
    is_counted_by_gateway = shared is not None and process in shared.apps
    if not is_counted_by_gateway:
        readers.append(_certificates(state.settings, process))
    if state.settings.metrics is None or is_counted_by_gateway:
        yield
        return
    from careplus_runtime.monitoring import metrics

    state.metrics = metrics.RequestMetrics()
    collector = metrics.StateCollector(readers)
    problems.refusal_observers.append(metrics.count_refusal)
    metrics.REGISTRY.register(collector)
    try:
        yield
    finally:
        metrics.REGISTRY.unregister(collector)
        problems.refusal_observers.remove(metrics.count_refusal)


def _certificates(settings: Settings, process: str) -> Reader:
    """Return the reader of the ends of the certificates that the process shows: of its files, which a renewal replaces."""
    files = {"public": None if settings.has_url(process) else settings.tls_cert}
    files["inside"] = settings.certificates and settings.certificates / process / "tls.crt"

    def read() -> list[Sample]:
        return [Sample(CERTIFICATE, _ends_at(file), (name,)) for name, file in files.items() if file is not None]

    async def read_certificates() -> Iterable[Sample]:
        return await asyncio.to_thread(read)

    return read_certificates


def _ends_at(file: Path) -> float:
    first, *_ = x509.load_pem_x509_certificates(file.read_bytes())
    return first.not_valid_after_utc.timestamp()
