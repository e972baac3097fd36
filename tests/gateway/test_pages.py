"""Pages: the portals if they are built, otherwise plain pages; both without any other host."""

import gzip
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from careplus_contracts.registry import ENDPOINTS
from tests.gateway.conftest import Gateway, run_gateway

AS_BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
CONTENT = "default-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'; object-src 'none'"


@pytest.fixture(scope="module")
def with_build(gateway_of_tests: Gateway, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    """Run a gateway with a web build."""
    folder = tmp_path_factory.mktemp("built")
    files = {
        "index.html": "<p>portal</p>",
        "favicon.svg": "<svg/>",
        "assets/index-4f3a2b1c.js": "void 0",
        "docs/index.html": "<p>reference</p>",
        "docs/swagger-ui.css": "a{}",
        ".secret": "hidden",
    }
    for name, content in files.items():
        path = folder / "web" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    (folder / "web" / "assets" / "index-4f3a2b1c.js.gz").write_bytes(gzip.compress(b"void 0"))
    (folder / "outside").write_text("not to be served")
    (folder / "web" / "link").symlink_to(folder / "outside")
    with run_gateway(folder, gateway_of_tests.upstream) as gateway:
        yield gateway


@pytest.mark.parametrize(
    ("accepted", "coding"),
    [("gzip, deflate, br", "gzip"), ("br;q=1.0, GZIP;q=0.8", "gzip"), ("identity", None), ("gzip;q=0", None), ("", None)],
)
async def test_precompressed_file_is_sent_if_gzip_is_accepted(with_build: Gateway, accepted: str, coding: str | None) -> None:
    async with with_build.client() as http:
        answer = await http.get("/assets/index-4f3a2b1c.js", headers={"Accept-Encoding": accepted})
        assert (answer.text, answer.headers.get("content-encoding")) == ("void 0", coding)
        assert answer.headers["content-type"].startswith("text/javascript")
        assert answer.headers["vary"] == "Accept-Encoding"
        assert (await http.get("/assets/index-4f3a2b1c.js.gz")).status_code == 404


async def test_portal_files_have_cache_and_security_headers(with_build: Gateway) -> None:
    cache_control = {
        "/": "no-store",
        "/index.html": "no-store",
        "/assets/index-4f3a2b1c.js": "public, max-age=31536000, immutable",
        "/favicon.svg": "no-cache",
        "/docs": "no-cache",
        "/docs/swagger-ui.css": "no-cache",
    }
    async with with_build.client() as http:
        for path, expected in cache_control.items():
            answer = await http.get(path)
            assert (answer.status_code, answer.headers["cache-control"]) == (200, expected), path
            assert answer.headers["x-content-type-options"] == "nosniff"
            assert answer.headers["referrer-policy"] == "strict-origin"
            assert answer.headers["content-security-policy"].startswith(CONTENT)
            again = await http.get(path, headers={"If-None-Match": answer.headers["etag"]})
            assert (again.status_code, again.content) == (304, b"")
            head = await http.head(path)
            assert (head.status_code, head.content) == (200, b"")
        assert (await http.get("/docs")).text == "<p>reference</p>"
        assert (await http.get("/")).headers["content-security-policy"] == CONTENT


async def test_path_of_a_view_returns_the_portal(with_build: Gateway) -> None:
    async with with_build.client() as http:
        for path in ("/sign-in", "/appointments/7", "/labs"):
            answer = await http.get(path, headers=AS_BROWSER)
            assert (answer.status_code, answer.text, answer.headers["cache-control"]) == (200, "<p>portal</p>", "no-store")
            assert (await http.get(path, headers={"Accept": "application/json"})).status_code == 404


@pytest.mark.parametrize(
    "path", ["/assets/gone-1.js", "/api/nothing", "/api", "/auth/nothing", "/.secret", "/link.html", "/assets"]
)
async def test_path_without_file_or_view_is_404(with_build: Gateway, path: str) -> None:
    async with with_build.client() as http:
        answer = await http.get(path, headers=AS_BROWSER if path != "/assets" else {})
        assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")
        assert (await http.post("/sign-in", headers=AS_BROWSER)).status_code == 404


async def test_symbolic_link_out_of_the_build_is_not_followed(with_build: Gateway) -> None:
    async with with_build.client() as http:
        answer = await http.get("/link", headers=AS_BROWSER)
    assert answer.text == "<p>portal</p>"


async def test_missing_build_shows_how_to_build(gateway: Gateway) -> None:
    async with gateway.client() as http:
        answer = await http.get("/", headers=AS_BROWSER)
        assert (answer.status_code, "make web" in answer.text) == (200, True)
        assert answer.headers["content-security-policy"] == CONTENT
        assert (await http.get("/sign-in", headers=AS_BROWSER)).text == answer.text


async def test_missing_build_shows_a_plain_api_reference(gateway: Gateway) -> None:
    async with gateway.client() as http:
        reference = (await http.get("/docs")).text
    for endpoint in ENDPOINTS:
        assert f'id="{endpoint.name}"' in reference
        assert f"<code>{endpoint.method} {endpoint.path}</code>" in reference


async def test_every_refusal_has_an_anchor_in_the_list(gateway: Gateway) -> None:
    async with gateway.client() as http:
        problems = (await http.get("/docs/problems")).text
        links = re.findall(r'href="(/docs#(\w+))"', problems)
    for refusal in {refusal for endpoint in ENDPOINTS for refusal in endpoint.all_refusals}:
        assert f'id="{refusal.code()}"' in problems
    assert {name for _, name in links} <= {endpoint.name for endpoint in ENDPOINTS}


def test_pages_name_no_other_host(gateway: Gateway) -> None:
    source = Path(__file__).parents[2] / "services" / "gateway" / "careplus_gateway" / "pages.py"
    assert not re.search(r"https?://", source.read_text())
