"""The built portals: no foreign hosts, no inline code, and a complete API reference."""

import re
from pathlib import Path

import pytest

from tests.web.test_sources import WEB, outside

DIST = WEB / "dist"
pytestmark = pytest.mark.skipif(not (DIST / "index.html").exists(), reason="the portals are not built: run `make web`")


def built(pattern: str) -> list[Path]:
    found = sorted(DIST.glob(pattern))
    assert found, pattern
    return found


def test_build_pages_load_from_no_other_host() -> None:
    ours = [
        *built("*.html"),
        *(path for path in built("assets/*") if path.suffix != ".gz"),
        DIST / "docs" / "index.html",
        DIST / "docs" / "docs.css",
        DIST / "docs" / "init.js",
    ]
    for path in ours:
        text = re.sub(r"http://www\.w3\.org/[\w/]+", "", path.read_text(encoding="utf-8"))
        assert outside(text) == [], path


def test_build_index_loads_one_script_and_one_style() -> None:
    page = (DIST / "index.html").read_text(encoding="utf-8")
    needed = re.findall(r'(?:src|href)="/assets/([\w-]+\.(?:js|css))"', page)
    assert [name.partition("-")[0] + name[name.rindex(".") :] for name in needed] == ["shell.js", "shell.css"]
    assert all((DIST / "assets" / name).exists() for name in needed)
    assert "<style" not in page
    assert re.findall(r"<script[^>]*>", page) == re.findall(r"<script[^>]*src=[^>]*>", page)


def test_build_styles_keep_light_dark_pairs() -> None:
    # a build for older browsers would replace light-dark(), and dark mode would fail
    (style,) = built("assets/shell-*.css")
    assert "light-dark(" in style.read_text(encoding="utf-8")


def test_build_api_reference_includes_licence() -> None:
    names = {path.name for path in (DIST / "docs").iterdir()}
    assert {"index.html", "init.js", "docs.css", "swagger-ui.css", "swagger-ui-bundle.js", "LICENSE", "NOTICE"} <= names
    style = (DIST / "docs" / "swagger-ui.css").read_text(encoding="utf-8")
    assert set(re.findall(r"url\([\"']?(\w+):", style)) <= {"data"}
    assert "@import" not in style
