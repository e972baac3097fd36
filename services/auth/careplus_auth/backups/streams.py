"""Compression and hashes of streams that are read or written once, in pieces."""

import hashlib
import zlib
from typing import IO

GZIP = 31
"""The `wbits` of zlib for the format of gzip."""
PIECE = 2**20


class HashedWriter:
    """Writes to a file; `size` and `sha256` cover the bytes written so far."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file, self._hash, self.size = file, hashlib.sha256(), 0

    def write(self, piece: bytes) -> int:
        self._hash.update(piece)
        self.size += len(piece)
        return self._file.write(piece)

    def flush(self) -> None:
        self._file.flush()

    @property
    def sha256(self) -> str:
        return self._hash.hexdigest()


class HashedReader:
    """Reads from a file; `size` and `sha256` cover the bytes read so far."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file, self._hash, self.size = file, hashlib.sha256(), 0

    def read(self, size: int = -1) -> bytes:
        piece = self._file.read(size)
        self._hash.update(piece)
        self.size += len(piece)
        return piece

    @property
    def sha256(self) -> str:
        return self._hash.hexdigest()


class GzipReader:
    """Returns the bytes of a stream compressed."""

    def __init__(self, plain: HashedReader) -> None:
        self._plain, self._gzip = plain, zlib.compressobj(level=6, wbits=GZIP)
        self._ready, self._taken, self._ended = b"", 0, False

    def read(self, size: int = PIECE, /) -> bytes:
        """Return at most so many bytes, none at the end."""
        while self._taken == len(self._ready) and not self._ended:
            piece = self._plain.read(PIECE)
            self._ready, self._taken = self._gzip.compress(piece) if piece else self._gzip.flush(), 0
            self._ended = not piece
        taken = self._ready[self._taken : self._taken + size]
        self._taken += len(taken)
        return taken


class GunzipWriter:
    """Writes compressed bytes decompressed. Raise zlib.error for bytes that are not gzip."""

    def __init__(self, plain: HashedWriter, most: int) -> None:
        self._plain, self._most, self._gzip = plain, most, zlib.decompressobj(wbits=GZIP)

    def write(self, piece: bytes) -> int:
        compressed = piece
        while compressed:
            self._plain.write(self._gzip.decompress(compressed, PIECE))
            if self._plain.size > self._most:
                raise zlib.error("the content is longer than its manifest says")
            compressed = self._gzip.unconsumed_tail
        return len(piece)

    def flush(self) -> None:
        self._plain.flush()

    @property
    def is_complete(self) -> bool:
        """Whether the end of the compressed bytes was seen."""
        return self._gzip.eof
