"""What people see in a browser: the built portals, the API reference, and the list of refusals."""

import json
import os
from collections.abc import Iterator
from html import escape
from mimetypes import guess_type
from pathlib import Path
from typing import Any

from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Receive, Scope, Send

from careplus_contracts.refusals import AddressTooLong, MethodNotAllowed, NotHttp, Refusal, Unexpected
from careplus_contracts.registry import ENDPOINTS
from careplus_gateway.compressing import takes_gzip
from careplus_runtime.http.problems import header

BUILT = Path(__file__).resolve().parents[3] / "web" / "dist"
"""Where `make web` puts the portals in a clone."""
CONTENT = "default-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'; object-src 'none'"
# the drawings of Swagger UI's style sheet are data: addresses
CONTENT_OF_DOCS = f"{CONTENT}; img-src 'self' data:"

NOT_BUILT = """\
<h1>CarePlus</h1>
<p>The portals are not here. In containers they are at port 4200; in a clone <code>make web</code> builds them.</p>
<p>The API is here all the same: <a href="/docs">its reference</a>, <a href="/openapi.json">openapi.json</a>.</p>
"""


class Pages:
    """ASGI app: the files of a web build; a path that is no file shows the portal, which knows its own views."""

    def __init__(self, folder: Path, document: dict[str, Any]) -> None:
        self.files = StaticFiles(directory=folder, check_dir=False)
        self.reference = _page("API reference", "".join(_reference(document)))
        self.problems = _page("Refusals", "".join(_problems()))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        found = self._found(scope) if scope["method"] in {"GET", "HEAD"} else None
        if found is None:
            raise HTTPException(404)
        is_docs = scope["path"].partition("/")[2].startswith("docs")
        found.headers["Content-Security-Policy"] = CONTENT_OF_DOCS if is_docs else CONTENT
        await found(scope, receive, send)

    def _found(self, scope: Scope) -> Response | None:
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
        packed, packed_stat = self.files.lookup_path(f"{path}.gz")
        if packed_stat is not None and takes_gzip(scope):
            file = self.files.file_response(packed, packed_stat, scope)
            file.headers["Content-Encoding"] = "gzip"
            file.headers["Content-Type"] = _type_of(path)
        else:
            file = self.files.file_response(full_path, stat, scope)
        file.headers["Cache-Control"] = _keeping(path)
        if packed_stat is not None:
            file.headers["Vary"] = "Accept-Encoding"
        return file


def _is_view(path: str, accept: str) -> bool:
    first, _, _ = path.partition("/")
    return first not in {"api", "auth"} and "." not in path.rpartition("/")[2] and "text/html" in accept


def _type_of(path: str) -> str:
    kind = guess_type(path)[0] or "text/plain"
    return f"{kind}; charset=utf-8" if kind.startswith("text/") else kind


def _keeping(path: str) -> str:
    if path.startswith("assets/"):
        # their names carry a hash of what is in them
        return "public, max-age=31536000, immutable"
    return "no-store" if path == "index.html" else "no-cache"


def _page(title: str, content: str) -> str:
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark">'
        '<link rel="icon" href="/favicon.svg" type="image/svg+xml">'
        f"<title>{escape(title)} - CarePlus</title></head><body>{content}</body></html>"
    )


def _reference(document: dict[str, Any]) -> Iterator[str]:
    yield f"<h1>CarePlus API {escape(document['info']['version'])}</h1>"
    yield '<p>The same for programs: <a href="/openapi.json">openapi.json</a>. <a href="/docs/problems">All refusals</a>.</p>'
    for tag in document["tags"]:
        yield f"<h2>{escape(tag['name'])}</h2><p>{escape(tag['description'])}</p>"
        for path, operations in document["paths"].items():
            for method, operation in operations.items():
                if tag["name"] in operation["tags"]:
                    yield from _operation(f"{method.upper()} {path}", operation, document["components"]["responses"])


def _operation(address: str, operation: dict[str, Any], shared: dict[str, Any]) -> Iterator[str]:
    yield f'<h3 id="{operation["operationId"]}"><code>{escape(address)}</code></h3>'
    yield f"<p>{escape(operation['description'])}</p>"
    if "requestBody" in operation:
        example = operation["requestBody"]["content"]["application/json"].get("example")
        yield f"<pre>{escape(json.dumps(example, indent=2))}</pre>"
    responses = {
        status: shared[one["$ref"].rpartition("/")[2]] if "$ref" in one else one for status, one in operation["responses"].items()
    }
    answers = "; ".join(f"{status} {response['description']}" for status, response in responses.items())
    yield f"<p>{escape(answers)}.</p>"


def _problems() -> Iterator[str]:
    yield "<h1>Refusals</h1><p>RFC 9457 problems; <code>type</code> leads here. Switch on <code>code</code>.</p><dl>"
    refusals: set[type[Refusal]] = {AddressTooLong, MethodNotAllowed, NotHttp, Unexpected}
    refusals.update(refusal for endpoint in ENDPOINTS for refusal in endpoint.all_refusals)
    for refusal in sorted(refusals, key=lambda kind: (kind.status, kind.code())):
        yield f'<dt id="{refusal.code()}"><code>{refusal.code()}</code>, {refusal.status}</dt><dd>{_meaning(refusal)}</dd>'
    yield "</dl>"


def _meaning(refusal: type[Refusal]) -> str:
    names = [endpoint.name for endpoint in ENDPOINTS if refusal in endpoint.refuses]
    where = "; ".join(f'<a href="/docs#{name}">{name}</a>' for name in names)
    return f"{escape(refusal.title())}.{f' At {where}.' if where else ''}"
