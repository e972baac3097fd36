"""ETags of answers that are computed from less than the content, such as versions of the records."""

import hashlib
import uuid

from fastapi import Request

from careplus_runtime.http.problems import header

PROCESS = uuid.uuid4().hex
"""In each of these ETags: a new release may write the same records as other content."""


class NotModified(Exception):
    """The client has the content already."""


class Validator:
    """The ETag of one answer. Only for answers without personal data: browsers keep them, and ask before they use one."""

    def __init__(self, request: Request) -> None:
        self._request = request

    def check(self, *decides: object) -> None:
        """Set the ETag from all that decides the content. Raise NotModified if the client has that content."""
        etag = f'"{hashlib.sha256(repr((PROCESS, *decides)).encode()).hexdigest()[:32]}"'
        self._request.scope["etag"] = etag
        if etag in (header(self._request.scope, b"if-none-match") or ""):
            raise NotModified
