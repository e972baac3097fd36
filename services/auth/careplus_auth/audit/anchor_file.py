"""Anchors outside the database: one line of JSON each, as the anchor file holds them and syslog gets them."""

import json
import os
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from pydantic_core import to_json

from careplus_auth.audit.anchors import Anchor, has_signature
from careplus_auth.audit.chain import MacKeys, instant_text

TAIL_BYTES = 64 * 1024


class NotOurAnchors(Exception):
    """A file of anchors has a line that this hospital did not sign; the message is one line."""


def line_of(before_mac: bytes, anchor: Anchor) -> str:
    """Return the anchor with the MAC that it covers, so that the line alone can be checked."""
    plain = {**anchor._asdict(), "at": instant_text(anchor.at), "before": before_mac.hex()}
    return to_json({name: value.hex() if isinstance(value, bytes) else value for name, value in plain.items()}).decode()


def read_line(keys: MacKeys, line: str) -> Anchor:
    """Return the anchor of a line. Raise ValueError unless auth signed it."""
    try:
        plain = json.loads(line)
        before, at = bytes.fromhex(plain.pop("before")), datetime.fromisoformat(plain["at"])
        macs = {name: bytes.fromhex(plain[name]) for name in ("link_mac", "mac")}
        anchor = Anchor(**{**plain, **macs, "at": at})
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError("not an anchor") from error
    if not has_signature(keys, before, anchor):
        raise ValueError("not signed")
    return anchor


class AnchorFile:
    """The file to which auth appends each anchor; on another machine's disk it outlives an attack on this one."""

    def __init__(self, path: Path, keys: MacKeys) -> None:
        self.path = path
        self._keys = keys

    def newest(self) -> Anchor | None:
        """Return the newest anchor, None without a file. Raise NotOurAnchors, OSError."""
        if not self.path.exists():
            return None
        with self.path.open("rb") as file:
            size = file.seek(0, os.SEEK_END)
            file.seek(max(0, size - TAIL_BYTES))
            lines = file.read().decode(errors="replace").split("\n")
        found = list(self._signed(lines[1:] if size > TAIL_BYTES else lines))
        if size and not found:
            raise NotOurAnchors(f"{self.path} holds no anchor that this hospital signed")
        return max(found, default=None)

    def all(self) -> Iterator[Anchor]:
        """Yield every anchor. Raise OSError, and NotOurAnchors for a line that auth did not sign, except a cut last one."""
        with self.path.open(encoding="utf-8", errors="replace") as file:
            for number, line in enumerate(file, 1):
                try:
                    yield read_line(self._keys, line)
                except ValueError:
                    if line.endswith("\n") and line.strip():
                        raise NotOurAnchors(f"Line {number} of {self.path} is not an anchor that this hospital signed") from None

    def append(self, before_mac: bytes, anchor: Anchor) -> None:
        """Add a line and wait until it is on the disk. Raise OSError."""
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with os.fdopen(os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600), "r+b", buffering=0) as file:
            size = file.seek(0, os.SEEK_END)
            is_cut = size > 0 and os.pread(file.fileno(), 1, size - 1) != b"\n"
            file.write(f"{chr(10) if is_cut else ''}{line_of(before_mac, anchor)}\n".encode())
            os.fsync(file.fileno())

    def _signed(self, lines: list[str]) -> Iterator[Anchor]:
        for line in lines:
            try:
                yield read_line(self._keys, line)
            except ValueError:
                continue
