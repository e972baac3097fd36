"""Pages on slow 3G with a slow phone and nothing cached: usable within seconds, from few bytes."""

import pytest
from playwright.sync_api import Browser

from tests.browser.conftest import Figure
from tests.browser.measures import Load, slow_load
from tests.browser.tabs import opened
from tests.hospital import Hospital

RUNS = 3
MOST_BYTES = 60_000


@pytest.mark.parametrize(("path", "seconds"), [("/", 3.0), ("/sign-in", 4.0)])
def test_usable_soon(browser: Browser, hospital: Hospital, figure: Figure, path: str, seconds: float) -> None:
    loads: list[Load] = []
    for _ in range(RUNS):
        # without a trace, which takes time itself
        with opened(browser, hospital.url) as tab:
            loads.append(slow_load(tab.page, path))
    # what a busy machine adds to the others is not the page's
    soonest, largest = min(load.seconds for load in loads), max(load.wire_bytes for load in loads)
    assert soonest <= seconds
    assert largest <= MOST_BYTES
    figure(f"14 slow line, {path}", f"{soonest:.2f} s, {largest / 1000:.1f} kB")
