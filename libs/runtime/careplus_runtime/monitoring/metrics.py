"""The metrics of this process, in prometheus-client. Import it only where metrics are on: the library slows down the start."""

import asyncio
from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, disable_created_metrics
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector
from starlette.types import Scope

from careplus_runtime.monitoring import catalogue
from careplus_runtime.monitoring.catalogue import Metric, Reader, Sample
from careplus_runtime.process.logs import error_type, log

BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
"""Seconds. Lists take milliseconds; a gateway gives up after ten seconds."""
UNROUTED = "none"
"""The operation of requests that reach no endpoint: pages, unknown paths, refusals before the route."""
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH"})
READ_S = 5.0
"""Seconds for the gauges of one scrape; Prometheus gives up after ten."""

# the time at which each series began doubles the lines of a scrape, and no panel uses it
disable_created_metrics()  # type: ignore[no-untyped-call] # the library has no annotation there
REGISTRY = CollectorRegistry()
ProcessCollector(registry=REGISTRY)


def _counter(metric: Metric) -> Counter:
    return Counter(metric.name, metric.text, metric.labels, registry=REGISTRY)


def _histogram(metric: Metric) -> Histogram:
    return Histogram(metric.name, metric.text, metric.labels, buckets=BUCKETS, registry=REGISTRY)


REQUESTS, REFUSALS, TRANSACTIONS = map(_counter, (catalogue.REQUESTS, catalogue.REFUSALS, catalogue.TRANSACTIONS))
DURATION, DB_WAIT, DB_HELD = map(_histogram, (catalogue.DURATION, catalogue.DB_WAIT, catalogue.DB_HELD))
IN_PROGRESS = Gauge(catalogue.IN_PROGRESS.name, catalogue.IN_PROGRESS.text, registry=REGISTRY)


class RequestMetrics:
    """Counts requests. Holds the library's object of each combination of labels, because looking one up costs more than it."""

    def __init__(self) -> None:
        self.in_progress = 0
        self._found: dict[tuple[str, str, int], tuple[Any, Any]] = {}
        IN_PROGRESS.set_function(lambda: self.in_progress)

    def count(self, scope: Scope, status: int, seconds: float) -> None:
        """Count an ended request; `status` 0 is one without an answer."""
        method = scope["method"]
        key = (scope.get("operation", UNROUTED), method if method in METHODS else "OTHER", status // 100)
        counter, histogram = self._found.get(key) or self._find(key)
        counter.inc()
        histogram.observe(seconds)

    def _find(self, key: tuple[str, str, int]) -> tuple[Any, Any]:
        operation, method, hundreds = key
        status = f"{hundreds}xx" if hundreds else "none"
        found = self._found[key] = REQUESTS.labels(operation, method, status), DURATION.labels(operation)
        return found


def count_refusal(code: str) -> None:
    REFUSALS.labels(code).inc()


class StateCollector(Collector):
    """Reads gauges of the process and of the database at each scrape. The scrape has a thread, the readers use the event loop."""

    def __init__(self, readers: Sequence[Reader]) -> None:
        self._readers = readers
        self._loop = asyncio.get_running_loop()

    def describe(self) -> Iterable[Any]:
        """Return nothing: the registry calls `collect` at the registration otherwise."""
        return ()

    def collect(self) -> Iterable[GaugeMetricFamily]:
        """Return the gauges that could be read in READ_S."""
        reading = asyncio.run_coroutine_threadsafe(self._read(), self._loop)
        try:
            samples = reading.result(READ_S + 1)
        except TimeoutError:
            reading.cancel()
            return
        for metric, group in groupby(sorted(samples), key=lambda sample: sample.metric):
            family = GaugeMetricFamily(metric.name, metric.text, labels=metric.labels)
            for sample in group:
                family.add_metric(sample.labels, sample.value)
            yield family

    async def _read(self) -> list[Sample]:
        return [sample for found in await asyncio.gather(*map(_read_or_log, self._readers)) for sample in found]


async def _read_or_log(reader: Reader) -> Iterable[Sample]:
    """Return the samples of a reader; none and a line in the log if it fails, so that the others are still scraped."""
    try:
        async with asyncio.timeout(READ_S):
            return await reader()
    except Exception as error:
        log.warning("metrics_not_read", reader=getattr(reader, "func", reader).__name__, reason=error_type(error))
        return ()
