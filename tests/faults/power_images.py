"""Images of the database files after a power cut, from the log of `tests/faults/power/sitecustomize.py`.

A disk keeps synced data. Of later writes and truncations it keeps any, and of a write any of its sectors.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import NamedTuple

SECTOR = 512
HEAD = struct.Struct("<cBqI")
WRITE, TRUNCATE, SYNC, ACKNOWLEDGED = b"W", b"T", b"S", b"A"
DATABASE, WAL = 0, 1
KEPT = (0.0, 0.5, 0.9, 1.0)
"""Probabilities that a write which was not synced is kept."""


class Record(NamedTuple):
    """`at` is the place in the log; an acknowledged mark is a record too."""

    at: int
    kind: bytes
    file: int
    place: int
    content: bytes


class Image(NamedTuple):
    """The two files after a power cut, and the marks that were acknowledged before."""

    database: bytes
    wal: bytes
    acknowledged: list[str]


@dataclass
class Disk:
    """One file: its synced bytes, and the later changes that a power cut can lose."""

    synced: bytearray
    pending: list[Record] = field(default_factory=list)

    def sync(self, began: int) -> None:
        """Make the changes durable that were recorded before the sync began."""
        for change in [one for one in self.pending if one.at < began]:
            apply(self.synced, change)
        self.pending = [one for one in self.pending if one.at >= began]

    def after_cut(self, random: Random) -> bytes:
        content, kept = bytearray(self.synced), random.choice(KEPT)
        for change in self.pending:
            if random.random() < kept:
                apply(content, change if random.random() < kept else torn(change, random), None)
            elif change.kind == WRITE and random.random() < 0.5:
                apply(content, change, random)
        return bytes(content)


def acknowledge(log: Path, mark: str) -> None:
    """Append an acknowledged mark to the log."""
    with log.open("ab", buffering=0) as opened:
        opened.write(HEAD.pack(ACKNOWLEDGED, 0, 0, len(mark)) + mark.encode())


def records(log: Path) -> Iterator[Record]:
    """Yield the records of a log."""
    content, at = log.read_bytes(), 0
    while at < len(content):
        kind, file, place, length = HEAD.unpack_from(content, at)
        yield Record(at, kind, file, place, content[at + HEAD.size : at + HEAD.size + length])
        at += HEAD.size + length


def torn(change: Record, random: Random) -> Record:
    """Return a write of which the end is missing."""
    return change._replace(content=change.content[: SECTOR * random.randint(0, len(change.content) // SECTOR)])


def apply(content: bytearray, change: Record, random: Random | None = None) -> None:
    """Change the bytes of a file; with `random` only some sectors of a write."""
    if change.kind == TRUNCATE:
        del content[change.place :]
        return
    for start in range(0, len(change.content), SECTOR) if random else (0,):
        if random is None or random.random() < 0.5:
            part = change.content[start : start + SECTOR] if random else change.content
            place = change.place + start
            content.extend(bytes(max(0, place - len(content))))
            content[place : place + len(part)] = part


def images(base: bytes, log: Path, cuts: int, random: Random) -> Iterator[Image]:
    """Yield the files after power cuts at random moments of the log, which began on the file `base` without a log."""
    found = list(records(log))
    moments = sorted(random.choices(range(1, len(found)), k=cuts))
    disks = {DATABASE: Disk(bytearray(base)), WAL: Disk(bytearray())}
    acknowledged: list[str] = []
    for number, record in enumerate(found, 1):
        if record.kind == ACKNOWLEDGED:
            acknowledged.append(record.content.decode())
        elif record.kind == SYNC:
            disks[record.file].sync(record.place)
        else:
            disks[record.file].pending.append(record)
        while moments and moments[0] == number:
            moments.pop(0)
            yield Image(disks[DATABASE].after_cut(random), disks[WAL].after_cut(random), [*acknowledged])
