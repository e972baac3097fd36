"""Measure the effort of a journey: required fields, and seconds by the keystroke-level model."""

from collections.abc import Iterable

from playwright.sync_api import Page

KEY_S, POINT_S, PRESS_S, THINK_S = 0.28, 1.1, 0.2, 1.35
DEMANDED = """(fields) => fields.filter((field) => {
  const said = [...field.labels, field.closest("fieldset")?.querySelector("legend")].map((label) => label?.innerText ?? "");
  return !said.some((text) => text.includes("(optional)"));
}).length"""


def klm_seconds(presses: int, typed: Iterable[str] = ()) -> float:
    """Return seconds by the keystroke-level model: each click and field counts mental preparation and pointing."""
    texts = list(typed)
    return (presses + len(texts)) * (THINK_S + POINT_S + PRESS_S) + KEY_S * sum(map(len, texts))


def required_fields(page: Page) -> int:
    """Count the fields of the page that are not optional."""
    fields = page.get_by_role("main").locator("input:visible, textarea:visible, select:visible")
    return int(fields.evaluate_all(DEMANDED))
