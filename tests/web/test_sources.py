"""The portals' sources: a lock without addresses, and pages without foreign hosts."""

import json
import re
from pathlib import Path

import pytest

from careplus_demo.names import DOCTORS
from careplus_demo.people import DOMAIN, PASSWORD

WEB = Path(__file__).parents[2] / "web"
MADE = {"node_modules", "dist", "types"}
# an XML namespace, which browsers do not fetch
NAMES = ("http://www.w3.org/2000/svg",)


def sources(*suffixes: str) -> list[Path]:
    # without node_modules, which has ten times the files: this runs in each worker that collects the tests
    found = [path for top in WEB.iterdir() if top.name not in MADE for path in (top, *top.rglob("*")) if path.suffix in suffixes]
    return sorted(path for path in found if not MADE & set(path.relative_to(WEB).parts))


def outside(text: str) -> list[str]:
    """Return the addresses of other hosts in a text."""
    for name in NAMES:
        text = text.replace(name, "")
    return re.findall(r"(?:https?:)?//[\w-]+\.[\w.-]+", text)


def test_demo_logins_match_demo_hospital() -> None:
    demo = (WEB / "src" / "lib" / "session" / "demo.ts").read_text(encoding="utf-8")
    assert f'DEMO_PASSWORD = "{PASSWORD}"' in demo
    logins = dict(re.findall(r'email: "([^"]+)", role: "(\w+)"', demo))
    known = {f"{doctor.email}@{DOMAIN}" for doctor in DOCTORS}
    assert {email for email, role in logins.items() if role == "doctor"} <= known
    assert {email for email, role in logins.items() if role != "doctor"} == {
        f"{name}@{DOMAIN}" for name in ("pat", "sam", "lab", "desk", "admin")
    }


def test_package_versions_are_exact_and_lock_has_no_url() -> None:
    package = json.loads((WEB / "package.json").read_text(encoding="utf-8"))
    for name, version in {**package["dependencies"], **package["devDependencies"]}.items():
        assert re.fullmatch(r"\d+\.\d+\.\d+", version), f"{name} {version}"
    text = (WEB / "package-lock.json").read_text(encoding="utf-8")
    assert "://" not in text
    packages = json.loads(text)["packages"]
    for name, entry in packages.items():
        assert name == "" or entry["integrity"].startswith("sha512-"), name
        # npm omits packages missing from its registry, and then refuses its own lock
        absent = [wanted for wanted in entry.get("optionalDependencies", {}) if f"node_modules/{wanted}" not in packages]
        assert not absent, f"{name} without {absent}"


@pytest.mark.parametrize("path", sources(".html", ".css", ".svg", ".js", ".tsx"), ids=lambda path: str(path.relative_to(WEB)))
def test_sources_name_no_other_host(path: Path) -> None:
    if "test" not in path.relative_to(WEB).parts:
        assert outside(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("path", sources(".html"), ids=lambda path: path.name)
def test_html_has_no_inline_script_or_style(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert not re.search(r"<style|\sstyle=|\son\w+=|javascript:", text)
    assert all("src=" in script for script in re.findall(r"<script[^>]*>", text))


def test_components_have_no_inline_styles() -> None:
    for path in (path for path in sources(".tsx") if path.is_relative_to(WEB / "src")):
        text = path.read_text(encoding="utf-8")
        # an object is set through the DOM, which the content policy allows; text would be markup
        assert not re.search(r"\bstyle=(?!\{\{|\{placed\()|dangerouslySetInnerHTML|innerHTML", text), path


def test_network_is_used_by_api_client_only() -> None:
    allowed = {"api/client.ts"}
    users = {
        str(path.relative_to(WEB / "src"))
        for path in sources(".ts", ".tsx")
        if path.is_relative_to(WEB / "src")
        and re.search(r"\bfetch\(|XMLHttpRequest|sendBeacon|WebSocket", path.read_text(encoding="utf-8"))
    }
    assert users == allowed


def test_languages_have_the_same_message_files() -> None:
    languages = {path.name: {file.name for file in path.iterdir()} for path in (WEB / "src" / "i18n").iterdir()}
    assert len(languages) >= 2
    assert len({frozenset(rooms) for rooms in languages.values()}) == 1
