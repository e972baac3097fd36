"""Measure a page: accessibility, target sizes, overflow, print, focus, and load time on a slow network."""

import io
import json
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

from playwright.sync_api import CDPSession, Locator, Page, expect
from pypdf import PdfReader

SCRIPTS = Path(__file__).with_suffix(".js")
AXE = Path(__file__).parents[2] / "web" / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa", "best-practice"]
THEMES: tuple[Literal["light"], Literal["dark"]] = ("light", "dark")
WIDTHS = (1280, 320)
# the band covers the edge of a target at one scroll position only, which axe takes for a small target
AXE_RUN = """async (options) => {
  const band = document.querySelector(".critical-band");
  band?.style.setProperty("position", "static");
  const found = await axe.run(document, options);
  band?.style.removeProperty("position");
  return found;
}"""
Looks = tuple[tuple[Literal["light", "dark"], int], ...]
OPPOSITE: Looks = (("light", 1280), ("dark", 320))
"""Two looks that cover both themes and both widths."""
BETWEEN: Looks = (("light", 320), ("dark", 1280))
"""The remaining combinations of theme and width."""
HEIGHT = 800
LEAST_TARGET_PX = 24
LETTERS_PX, FIXED_PX = 16, 13
SLOW_LATENCY_MS, SLOW_BYTES_PER_S, SLOW_CPU = 400, 400_000 / 8, 4
USABLE = "usable after ms: "
# read the page's clock: polling from the test would be throttled and would add to the measured time
TELLS_WHEN_USABLE = f"""
new MutationObserver((_, observer) => {{
  if (!document.querySelector("main h1")) return;
  observer.disconnect();
  requestAnimationFrame(() => setTimeout(() => console.debug("{USABLE}" + performance.now())));
}}).observe(document, {{ childList: true, subtree: true }});
"""


def settled(page: Page) -> Page:
    """Return the page when it shows its heading and no loading state."""
    expect(page.locator("h1")).to_be_visible()
    expect(page.locator(".skeleton, [aria-busy=true]")).to_have_count(0)
    return page


def in_looks(page: Page, looks: Looks) -> Iterator[str]:
    """Yield the name of each look while the page has it, without a reload."""
    for theme, width in looks:
        page.emulate_media(color_scheme=theme, reduced_motion="reduce")
        resize(page, width)
        yield f"{theme} {width}"
    page.emulate_media(color_scheme=THEMES[0])
    resize(page, WIDTHS[0])


def resize(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": HEIGHT})
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")


def axe(page: Page) -> list[str]:
    """Return the violations that axe-core finds, a line for each element."""
    _bring(page, "axe", AXE)
    options = {"runOnly": RULES, "resultTypes": ["violations"]}
    found = page.evaluate(AXE_RUN, options)
    return [
        f"{rule['id']}: {' '.join(map(str, node['target']))}: {rule['help']}"
        for rule in found["violations"]
        for node in rule["nodes"]
    ]


def small_targets(page: Page, least: int = LEAST_TARGET_PX) -> list[str]:
    """Return controls smaller than `least` px, except links within a sentence."""
    return list(_measure(page, f"smallTargets({least})"))


def sideways(page: Page) -> list[str]:
    """Return elements that make the page scroll sideways, and clipped text."""
    return list(_measure(page, "sideways()"))


@contextmanager
def spaced(page: Page) -> Iterator[None]:
    """Apply WCAG's text spacing until the block ends."""
    _measure(page, "space(true)")
    yield
    _measure(page, "space(false)")


@contextmanager
def enlarged(page: Page) -> Iterator[None]:
    """Double the browser's font size, which breakpoints in `rem` follow, until the block ends."""
    devtools = page.context.new_cdp_session(page)
    devtools.send("Page.setFontSizes", {"fontSizes": {"standard": 2 * LETTERS_PX, "fixed": 2 * FIXED_PX}})
    yield
    devtools.send("Page.setFontSizes", {"fontSizes": {"standard": LETTERS_PX, "fixed": FIXED_PX}})
    devtools.detach()


def unfocused(page: Page) -> str | None:
    """Return the fault of the focus: on no element, or without a visible indicator; None if it is right."""
    problem: str | None = _measure(page, "unfocused()")
    return problem


def tab_to(page: Page, target: Locator, at_most: int = 60) -> int:
    """Go to a control by the Tab key alone; the focus must stay visible. Return the number of presses."""
    for presses in range(1, at_most + 1):
        page.keyboard.press("Tab")
        assert (problem := unfocused(page)) is None, problem
        if target.evaluate("(element) => element === document.activeElement"):
            return presses
    raise AssertionError(f"{target} was not reached by {at_most} Tabs")


@dataclass(frozen=True)
class Printed:
    sheets: list[str]

    @property
    def text(self) -> str:
        return "\n".join(self.sheets)

    @property
    def pages(self) -> int:
        return len(self.sheets)


def printed(page: Page) -> Printed:
    """Print the page on A4 and return the text of each sheet."""
    reader = PdfReader(io.BytesIO(page.pdf(format="A4", prefer_css_page_size=True)))
    # fonts join letters, such as f and i
    return Printed([unicodedata.normalize("NFKC", sheet.extract_text()) for sheet in reader.pages])


@dataclass(frozen=True)
class Load:
    seconds: float
    wire_bytes: int


def slow_load(page: Page, address: str) -> Load:
    """Load an address on slow 3G with a throttled processor and an empty cache, until its heading is drawn."""
    received = 0
    page.add_init_script(TELLS_WHEN_USABLE)

    def count(event: dict[str, Any]) -> None:
        nonlocal received
        received += int(event["encodedDataLength"])

    with _slow_3g(page) as devtools:
        devtools.on("Network.loadingFinished", count)
        with page.expect_console_message(lambda message: message.text.startswith(USABLE)) as message:
            page.goto(address, wait_until="commit")
        return Load(float(message.value.text.removeprefix(USABLE)) / 1000, received)


@contextmanager
def _slow_3g(page: Page) -> Iterator[CDPSession]:
    devtools = page.context.new_cdp_session(page)
    devtools.send("Network.enable")
    devtools.send("Network.clearBrowserCache")
    line = {"latency": SLOW_LATENCY_MS, "downloadThroughput": SLOW_BYTES_PER_S, "uploadThroughput": SLOW_BYTES_PER_S}
    devtools.send("Network.emulateNetworkConditions", {"offline": False, **line})
    devtools.send("Emulation.setCPUThrottlingRate", {"rate": SLOW_CPU})
    yield devtools
    devtools.detach()


def _measure(page: Page, call: str) -> Any:
    _bring(page, "measures", SCRIPTS)
    return page.evaluate(f"() => measures.{call}")


def _bring(page: Page, name: str, path: Path) -> None:
    """Put a script into the page by the developer tools, to which its content policy does not apply."""
    if page.evaluate(f"() => typeof globalThis[{json.dumps(name)}] === 'undefined'"):
        devtools = page.context.new_cdp_session(page)
        answer = devtools.send("Runtime.evaluate", {"expression": _text(path)})
        assert "exceptionDetails" not in answer, answer
        devtools.detach()


@cache
def _text(path: Path) -> str:
    assert path.exists(), f"{path} is not there: run `make web`"
    return path.read_text(encoding="utf-8")
