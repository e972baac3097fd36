"""A CSV file as rows of named cells: encoding, separator, header and limits. Pure functions."""

import csv
import io
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

MOST_BYTES = 5 * 1024 * 1024
MOST_ROWS = 2_000
"""One transaction writes all rows, and other changes wait meanwhile."""
_FORMULA = ("=", "@", "-", "\t", "\uff1d", "\uff20", "\uff0d")
_PLUS = ("+", "\uff0b")


class NotImportable(Exception):
    """The file as a whole cannot be read; the message is one line with the reason."""


@dataclass
class Row:
    """One row: the line of the file on which it ends, cells by column, and errors by column."""

    line: int
    cells: dict[str, str]
    errors: dict[str, str] = field(default_factory=dict)

    def refuse(self, column: str, reason: str) -> None:
        """Add an error; the first one of a column stays."""
        self.errors.setdefault(column, reason)


def read_table(data: bytes, names: Mapping[str, str], required: set[str]) -> list[Row]:
    """Return the rows that have a cell. `names` has the column for each known header, in lower case without signs.

    Raise NotImportable for a file that is too large, not UTF-8, no CSV, or has unknown, repeated or missing headers.
    """
    if len(data) > MOST_BYTES:
        raise NotImportable(f"The file is larger than {MOST_BYTES // 1024 // 1024} MiB.")
    text = _decoded(data)
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=_separator(text), strict=True)
    try:
        header = _columns(next(lines, []), names, required)
        rows = []
        for cells in lines:
            if any(cell.strip() for cell in cells):
                rows.append(_row(lines.line_num, cells, header))
            if len(rows) > MOST_ROWS:
                raise NotImportable(f"The file has more than {MOST_ROWS:,} rows; split it.")
    except csv.Error as error:
        raise NotImportable(f"Line {lines.line_num} is no CSV: {error}.") from None
    if not rows:
        raise NotImportable("The file has no rows below its header.")
    return rows


def _decoded(data: bytes) -> str:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise NotImportable(f"Line {line} is not UTF-8; save the file as CSV UTF-8.") from None
    if "\x00" in text:
        raise NotImportable("The file has a NUL character; save it as CSV UTF-8.")
    return text


def _separator(text: str) -> str:
    header = re.sub(r'"[^"]*"', "", text.partition("\n")[0])
    return ";" if header.count(";") > header.count(",") else ","


def _columns(header: list[str], names: Mapping[str, str], required: set[str]) -> list[str]:
    found = [names.get(_plain(one), "") for one in header]
    if unknown := [one.strip() for one, column in zip(header, found, strict=True) if not column]:
        known = ", ".join(dict.fromkeys(names.values()))
        raise NotImportable(f"The header has an unknown column, {unknown[0][:50]!r}. Known ones are {known}.")
    if twice := [column for column, count in Counter(found).items() if count > 1]:
        raise NotImportable(f"The header has the column {twice[0]} twice.")
    if missing := sorted(required - set(found)):
        raise NotImportable(f"The header has no column {missing[0]}.")
    return found


def _plain(header: str) -> str:
    return re.sub(r"[\W_]", "", header.casefold())


def _row(line: int, cells: list[str], header: list[str]) -> Row:
    row = Row(line, dict.fromkeys(header, ""))
    if len(cells) != len(header):
        row.refuse("", f"has {len(cells)} cells, and the header {len(header)}")
        return row
    for column, cell in zip(header, map(str.strip, cells), strict=True):
        # spreadsheets and our own files mark text with an apostrophe
        text = cell[1:].strip() if cell.startswith("'") and cell[1:2] in {*_FORMULA, *_PLUS} else cell
        if text.startswith(_FORMULA) or (text.startswith(_PLUS) and column != "phone"):
            row.refuse(column, "begins like a formula of a spreadsheet")
        row.cells[column] = text
    return row
