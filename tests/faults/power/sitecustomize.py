"""Record each write and sync of the database files. Python runs this in each process that has this folder on PYTHONPATH.

The methods of SQLite's files are replaced in the library that pysqlite3 loads. A record is appended to the file POWER_LOG before
each write, and after each sync; that of a sync names the place in the log at which it began, because it makes only earlier writes
durable. `tests/faults/power_images.py` reads the log.
"""

import ctypes
import os
import struct
from typing import Any

from pysqlite3 import _sqlite3

MAIN_DATABASE, WAL = 0x100, 0x80000
WRITE, TRUNCATE, SYNC = b"W", b"T", b"S"
HEAD = struct.Struct("<cBqI")
"""Kind, file (0 the database, 1 its write-ahead log), offset or size, length of the bytes that follow."""

Pointer, Int, Long = ctypes.c_void_p, ctypes.c_int, ctypes.c_longlong
WriteMethod = ctypes.CFUNCTYPE(Int, Pointer, Pointer, Int, Long)
TruncateMethod = ctypes.CFUNCTYPE(Int, Pointer, Long)
SyncMethod = ctypes.CFUNCTYPE(Int, Pointer, Int)
OpenMethod = ctypes.CFUNCTYPE(Int, Pointer, Pointer, Pointer, Int, Pointer)
"""The name is a pointer: SQLite keeps the one that it passed, which a copy of the text would not outlive."""
SIZES = {1: 13, 2: 17, 3: 19}
"""Pointers in `sqlite3_io_methods` by version; the version itself takes the place of one."""
_log = os.open(os.environ["POWER_LOG"], os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
_files: dict[int, int] = {}
_kept: list[Any] = []
_methods: dict[int, Any] = {}


def record(kind: bytes, file: int, place: int, content: bytes = b"") -> None:
    """Append a record. One call of write on a file that is open for appending is not mixed with calls of other processes."""
    written = os.write(_log, HEAD.pack(kind, file, place, len(content)) + content)
    assert written == HEAD.size + len(content)


def recording(original: int) -> Any:
    """Return a copy of a table of methods that records writes, truncations and syncs."""
    version = ctypes.cast(original, ctypes.POINTER(Int))[0]
    table = (Pointer * SIZES[version])()
    ctypes.memmove(table, original, ctypes.sizeof(table))
    # iVersion, xClose, xRead, xWrite, xTruncate, xSync
    write_on, truncate_on, sync_on = WriteMethod(table[3] or 0), TruncateMethod(table[4] or 0), SyncMethod(table[5] or 0)

    def write(file: int, content: int, length: int, offset: int) -> int:
        record(WRITE, _files[file], offset, ctypes.string_at(content, length))
        return int(write_on(file, content, length, offset))

    def truncate(file: int, size: int) -> int:
        record(TRUNCATE, _files[file], size)
        return int(truncate_on(file, size))

    def sync(file: int, flags: int) -> int:
        began = os.fstat(_log).st_size
        result = int(sync_on(file, flags))
        record(SYNC, _files[file], began)
        return result

    methods = (WriteMethod(write), TruncateMethod(truncate), SyncMethod(sync))
    _kept.extend((table, *methods))
    for place, method in enumerate(methods, 3):
        table[place] = ctypes.cast(method, Pointer).value
    return table


def install() -> None:
    """Replace `xOpen` of the default file system."""
    library = ctypes.CDLL(_sqlite3.__file__)
    library.sqlite3_vfs_find.restype = Pointer
    library.sqlite3_initialize()
    vfs = library.sqlite3_vfs_find(None)
    # iVersion and szOsFile; mxPathname; pNext, zName, pAppData, xOpen: the sixth pointer
    place = ctypes.cast(vfs + 5 * ctypes.sizeof(Pointer), ctypes.POINTER(Pointer))
    open_on = OpenMethod(place[0])

    def open_recorded(vfs: int, name: int | None, file: int, flags: int, out: int) -> int:
        result = int(open_on(vfs, name, file, flags, out))
        own = ctypes.cast(file, ctypes.POINTER(Pointer))
        if not result and own[0] and name and flags & (MAIN_DATABASE | WAL) and b"careplus.db" in ctypes.string_at(name):
            _files[file] = int(bool(flags & WAL))
            original = own[0]
            if original not in _methods:
                _methods[original] = recording(original)
            own[0] = ctypes.addressof(_methods[original])
        return result

    method = OpenMethod(open_recorded)
    _kept.append(method)
    place[0] = ctypes.cast(method, Pointer).value


install()
