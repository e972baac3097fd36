"""Report a missing browser once; conftest.py leaves the other browser tests out."""

import pytest

from tests.browser.chromium import MISSING, executable, is_required


def test_chromium_is_installed() -> None:
    if executable() is None:
        (pytest.fail if is_required() else pytest.skip)(f"browser tests need a browser: {MISSING}")
