"""Without a browser the others are left out, and this one says so in one line."""

import pytest

from tests.browser.chromium import MISSING, executable, is_demanded


def test_there_is_a_browser() -> None:
    if executable() is None:
        (pytest.fail if is_demanded() else pytest.skip)(f"browser tests need a browser: {MISSING}")
