"""Archive files of the audit trail: JSON lines in gzip; a header, one line for each link with its event, and a signature.

The signature covers the header's numbers and the SHA-256 of the lines before it. Its copy is in the event of the archiving.
"""

import gzip
import hashlib
import json
import os
import zlib
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from careplus_auth.audit.archive_record import ArchiveRecord
from careplus_auth.audit.chain import ChainKeys, instant_text
from careplus_auth.store.audit_links import SEALED, Head
from careplus_cli.verifying_anchors import ChainBroken

FORMAT = "careplus audit archive 1"
COLUMNS = ("number", "mac", "key_id", "late_s", "event", "patients")
Link = tuple[Any, ...]
"""Number, MAC, key id, lateness, event id, then the event's columns, as the query of links returns them."""


class ArchivedLink(NamedTuple):
    """One link as the query returns it, and its patients."""

    link: Link
    patients: Sequence[int]


def write_archive(file: Path, keys: ChainKeys, before: Head, last: Head, links: Iterable[ArchivedLink]) -> ArchiveRecord:
    """Write the links after `before` up to `last`. Return the signed record. Raise OSError; the file must not exist."""
    digest = hashlib.sha256()
    with file.open("xb") as plain_file, gzip.open(plain_file, "wb") as written:

        def write(plain: Any) -> None:
            line = json.dumps(plain, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
            digest.update(line)
            written.write(line)

        ends = {"before": [before.number, before.mac.hex()], "last": [last.number, last.mac.hex()]}
        write({"format": FORMAT, **ends, "columns": COLUMNS, "event": [column.name for column in SEALED]})
        for link, patients in links:
            number, mac, key_id, late_s, _, *event = link
            plain = [instant_text(value) if isinstance(value, datetime) else value for value in event]
            write([number, bytes(mac).hex(), key_id, late_s, plain, sorted(patients)])
        record = ArchiveRecord.sign(keys.archives, before, last, digest.hexdigest())
        write({"sha256": record.sha256, "key_id": record.key_id, "signature": record.signature})
        written.close()
        os.fsync(plain_file.fileno())
    return record


class ArchiveReader:
    """Reads a file once from start to end; the record is complete and checked when `links` has ended."""

    def __init__(self, file: Path, keys: ChainKeys) -> None:
        """Raise ChainBroken for a file that is no archive, and OSError."""
        self.file = file
        self._keys = keys
        self._digest = hashlib.sha256()
        self._lines = self._read()
        header = next(self._lines, None)
        if not isinstance(header, dict) or header.get("format") != FORMAT:
            raise ChainBroken(f"{file} is not an archive of the audit trail.")
        self.before, self.last = (Head(number, bytes.fromhex(mac)) for number, mac in (header["before"], header["last"]))

    def links(self) -> Iterator[ArchivedLink]:
        """Yield every link. Raise ChainBroken when the file was changed or cut."""
        trailer = None
        for line in self._lines:
            if trailer is not None:
                raise ChainBroken(f"{self.file} goes on after its signature.")
            if isinstance(line, dict):
                trailer = line
                continue
            number, mac, key_id, late_s, event, patients = line
            yield ArchivedLink((number, bytes.fromhex(mac), key_id, late_s, event[0], *event), patients)
        if trailer is None:
            raise ChainBroken(f"{self.file} has no signature: its end was cut off.")
        record = ArchiveRecord(self.before, self.last, **trailer)
        if record.sha256 != self._sha256 or not record.is_signed(self._keys.archives):
            raise ChainBroken(f"{self.file} does not match its signature: it was changed.")

    def _read(self) -> Iterator[Any]:
        try:
            with gzip.open(self.file, "rb") as lines:
                for line in lines:
                    # the trailer holds the digest of the lines before it
                    self._sha256 = self._digest.hexdigest()
                    self._digest.update(line)
                    yield json.loads(line)
        except (ValueError, EOFError, zlib.error, gzip.BadGzipFile):
            raise ChainBroken(f"{self.file} cannot be read to its end: it was changed or cut off.") from None
