"""Metrics of an application for as long as it runs, where CAREPLUS_METRICS is set."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from pathlib import Path

from cryptography import x509
from starlette.applications import Starlette

from careplus_runtime.http import problems
from careplus_runtime.monitoring.catalogue import CERTIFICATE, Reader, Sample
from careplus_runtime.process.settings import Settings


@asynccontextmanager
async def running_metrics(app: Starlette, process: str) -> AsyncIterator[None]:
    """Set `state.metrics`, None where they are off, and `state.readers`, to which the process adds its own."""
    state, readers = app.state, [_certificates(app.state.settings, process)]
    state.metrics, state.readers = None, readers
    if state.settings.metrics is None:
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
