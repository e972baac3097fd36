"""Pictures of the portals for the README: `make screenshots` writes docs/screens."""

import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

from tests.browser.chromium import launch_chromium
from tests.browser.demo_pages import DemoPages
from tests.browser.measures import HEIGHT, THEMES, WIDTHS
from tests.browser.pages import VIEWS
from tests.browser.stack import demo_hospital

SCREENS = Path(__file__).parents[2] / "docs" / "screens"
LARGEST_BYTES = 150_000


def main() -> int:
    SCREENS.mkdir(exist_ok=True)
    with ExitStack() as closing:
        folder = Path(closing.enter_context(tempfile.TemporaryDirectory()))
        demo = closing.enter_context(demo_hospital(folder))
        demo_pages = DemoPages(closing.enter_context(launch_chromium()), demo, closing)
        for view in VIEWS:
            if view.screen is not None:
                page = demo_pages.tab(view.role).page
                page.emulate_media(color_scheme=THEMES[0], reduced_motion="reduce")
                page.set_viewport_size({"width": WIDTHS[0], "height": HEIGHT})
                picture = demo_pages.show(view).screenshot(path=SCREENS / f"{view.screen}.png", animations="disabled")
                sys.stdout.write(f"docs/screens/{view.screen}.png  {len(picture) // 1000} kB  {view.name}\n")
                if len(picture) > LARGEST_BYTES:
                    sys.stderr.write(f"{view.screen}.png is larger than {LARGEST_BYTES // 1000} kB\n")
                    return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
