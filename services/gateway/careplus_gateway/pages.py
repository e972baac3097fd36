"""Serves the built portals, the API reference, and the list of refusals."""

import os
from html import escape
from pathlib import Path
from string import Template

from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Receive, Scope, Send

from careplus_contracts.registry import ENDPOINTS
from careplus_gateway.gzip import accepts_gzip
from careplus_runtime.http.problem_list import problem_list
from careplus_runtime.http.problems import header

BUILT = Path(__file__).resolve().parents[3] / "web" / "dist"  # by `make web` in a clone
TEMPLATES = Path(__file__).with_name("templates")
PAGE_CSP = "default-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'; object-src 'none'"
DOCS_CSP = f"{PAGE_CSP}; img-src 'self' data:"  # images in Swagger UI's style sheet are data: addresses
REFERENCE_LINKS = '<p><a href="/openapi.json">openapi.json</a>. <a href="/docs/problems">All refusals</a>.</p>'


class Pages:
    """ASGI app: the files of a web build. A path without a file is a view of the portal, which routes it in the browser."""

    def __init__(self, folder: Path) -> None:
        self.files = StaticFiles(directory=folder, check_dir=False)
        self.not_built = _page("CarePlus", (TEMPLATES / "not-built.html").read_text())
        operations = (
            f'<h2 id="{one.name}"><code>{one.method} {one.path}</code></h2><p>{escape(one.doc)}</p>' for one in ENDPOINTS
        )
        self.reference = _page("CarePlus API", REFERENCE_LINKS + "".join(operations))
        self.problems = _page("Refusals", problem_list())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        response = self._response(scope) if scope["method"] in {"GET", "HEAD"} else None
        if response is None:
            raise HTTPException(404)
        response.headers["Content-Security-Policy"] = DOCS_CSP if scope["path"].startswith("/docs") else PAGE_CSP
        await response(scope, receive, send)

    def _response(self, scope: Scope) -> Response | None:
        path = scope["path"].strip("/")
        if path == "docs":
            return self._file("docs/index.html", scope) or HTMLResponse(self.reference)
        if path == "docs/problems":
            return HTMLResponse(self.problems)
        is_api = path.partition("/")[0] in {"api", "auth"}
        is_view = not is_api and "." not in path.rpartition("/")[2] and "text/html" in (header(scope, b"accept") or "")
        if path and ((file := self._file(path, scope)) or not is_view):
            return file
        return self._file("index.html", scope) or HTMLResponse(self.not_built)

    def _file(self, path: str, scope: Scope) -> Response | None:
        full_path, stat = self.files.lookup_path(path)
        is_hidden = any(part.startswith(".") for part in path.split("/")) or path.endswith(".gz")
        if stat is None or is_hidden or not os.path.isfile(full_path):
            return None
        compressed_path, compressed_stat = self.files.lookup_path(f"{path}.gz")
        if compressed_stat is not None and accepts_gzip(scope):
            file = self.files.file_response(compressed_path, compressed_stat, scope)
            file.headers["Content-Encoding"] = "gzip"
        else:
            file = self.files.file_response(full_path, stat, scope)
        unhashed = "no-store" if path == "index.html" else "no-cache"
        file.headers["Cache-Control"] = "public, max-age=31536000, immutable" if path.startswith("assets/") else unhashed
        if compressed_stat is not None:
            file.headers["Vary"] = "Accept-Encoding"
        return file


def _page(title: str, content: str) -> str:
    return Template((TEMPLATES / "page.html").read_text()).substitute(title=escape(title), content=content)
