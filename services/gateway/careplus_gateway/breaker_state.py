"""Gauges of the circuit breakers."""

from collections.abc import Iterable
from urllib.parse import urlsplit

from careplus_gateway.in_process import InProcess
from careplus_gateway.replicas import Replica, Replicas
from careplus_runtime.monitoring.catalogue import BREAKER, FORWARDED, Sample


async def read_breakers(services: Iterable[Replicas | InProcess]) -> list[Sample]:
    """Return the state of the breaker of each replica, and the requests that it lets through or that wait in it."""
    found: list[Sample] = []
    every: Iterable[Replica | InProcess] = (replica for replicas in services for replica in replicas)
    for replica in every:
        breaker, url = replica.breaker, urlsplit(replica.url)
        labels = (breaker.service, url.netloc if replica.address is None else f"{replica.address}:{url.port}")
        state = 2 if breaker.is_open else 0 if breaker.settled.is_set() else 1
        found += [Sample(BREAKER, state, labels), Sample(FORWARDED, breaker.pending, labels)]
    return found
