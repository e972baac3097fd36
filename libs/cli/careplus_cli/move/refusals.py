"""Reasons for which a hospital is not moved."""

from careplus_tables.migrate import HEAD

IN_USE = "Stop all services, and other programs that have it open; behind a pooler, name the server itself."


class CannotMove(Exception):
    """The move was refused and the target stays empty; the message is one line with the reason and the remedy."""


def check_revision(found: str | None, end: str) -> None:
    """Raise CannotMove unless this revision of the `source` or `target` is that of this version."""
    if found == HEAD:
        return
    if found is not None and found > HEAD:
        raise CannotMove(f"The {end} is at revision {found}, newer than this version of CarePlus ({HEAD}); use that one.")
    remedy = "Run `careplus migrate`" + (" with its URL as DATABASE_URL" if end == "target" else "")
    raise CannotMove(f"The {end} is at revision {found or 'none'}, this version needs {HEAD}. {remedy}, then move.")
