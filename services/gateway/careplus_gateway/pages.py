"""Serves the built portals, the API reference, and the list of refusals."""

import os
from html import escape
from mimetypes import guess_type
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Receive, Scope, Send

from careplus_contracts.refusals import AddressTooLong, MethodNotAllowed, NotHttp, Refusal, Unexpected
from careplus_contracts.registry import ENDPOINTS
from careplus_gateway.gzip import accepts_gzip
from careplus_runtime.http.problems import header

BUILT = Path(__file__).resolve().parents[3] / "web" / "dist"
"""The output folder of `make web` in a clone."""
PAGE_CSP = "default-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'; object-src 'none'"
# images in Swagger UI's style sheet are data: addresses
DOCS_CSP = f"{PAGE_CSP}; img-src 'self' data:"

NOT_BUILT = """\
<h1>CarePlus</h1>
<p>The portals are not here. In containers they are at port 4200; in a clone <code>make web</code> builds them.</p>
<p>The API is here all the same: <a href="/docs">its reference</a>, <a href="/openapi.json">openapi.json</a>.</p>
"""
REFERENCE = """\
<h1>CarePlus API</h1>
<p>The same for programs: <a href="/openapi.json">openapi.json</a>. <a href="/docs/problems">All refusals</a>.</p>
"""


class Pages:
    """ASGI app: the files of a web build. A path without a file is a view of the portal, which routes it in the browser."""

    def __init__(self, folder: Path) -> None:
        self.files = StaticFiles(directory=folder, check_dir=False)
        self.reference, self.problems = _reference(), _problems()

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
        if path and (file := self._file(path, scope)) is not None:
            return file
        if path and not _is_view(path, header(scope, b"accept") or ""):
            return None
        return self._file("index.html", scope) or HTMLResponse(_page("CarePlus", NOT_BUILT))

    def _file(self, path: str, scope: Scope) -> Response | None:
        if any(part.startswith(".") for part in path.split("/")):
            return None
        full_path, stat = self.files.lookup_path(path)
        if stat is None or not os.path.isfile(full_path) or path.endswith(".gz"):
            return None
        compressed_path, compressed_stat = self.files.lookup_path(f"{path}.gz")
        if compressed_stat is not None and accepts_gzip(scope):
            file = self.files.file_response(compressed_path, compressed_stat, scope)
            media_type = guess_type(path)[0] or "text/plain"
            file.headers["Content-Type"] = f"{media_type}; charset=utf-8" if media_type.startswith("text/") else media_type
            file.headers["Content-Encoding"] = "gzip"
        else:
            file = self.files.file_response(full_path, stat, scope)
        file.headers["Cache-Control"] = _cache_control(path)
        if compressed_stat is not None:
            file.headers["Vary"] = "Accept-Encoding"
        return file


def _is_view(path: str, accept: str) -> bool:
    first, _, _ = path.partition("/")
    return first not in {"api", "auth"} and "." not in path.rpartition("/")[2] and "text/html" in accept


def _cache_control(path: str) -> str:
    if path.startswith("assets/"):
        # their names contain a hash of their content
        return "public, max-age=31536000, immutable"
    return "no-store" if path == "index.html" else "no-cache"


def _page(title: str, content: str) -> str:
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark">'
        '<link rel="icon" href="/favicon.svg" type="image/svg+xml">'
        f"<title>{escape(title)} - CarePlus</title></head><body>{content}</body></html>"
    )


def _reference() -> str:
    operations = (
        f'<h2 id="{endpoint.name}"><code>{endpoint.method} {endpoint.path}</code></h2><p>{escape(endpoint.doc)}</p>'
        for endpoint in ENDPOINTS
    )
    return _page("API reference", REFERENCE + "".join(operations))


def _problems() -> str:
    refusals: set[type[Refusal]] = {AddressTooLong, MethodNotAllowed, NotHttp, Unexpected}
    refusals.update(refusal for endpoint in ENDPOINTS for refusal in endpoint.all_refusals)
    listed = "".join(map(_refusal, sorted(refusals, key=lambda kind: (kind.status, kind.code()))))
    return _page(
        "Refusals",
        f"<h1>Refusals</h1><p>RFC 9457 problems; <code>type</code> leads here. Switch on <code>code</code>.</p><dl>{listed}</dl>",
    )


def _refusal(refusal: type[Refusal]) -> str:
    names = [endpoint.name for endpoint in ENDPOINTS if refusal in endpoint.refuses]
    links = "; ".join(f'<a href="/docs#{name}">{name}</a>' for name in names)
    meaning = f"{escape(refusal.title())}.{f' At {links}.' if links else ''}"
    return f'<dt id="{refusal.code()}"><code>{refusal.code()}</code>, {refusal.status}</dt><dd>{meaning}</dd>'
