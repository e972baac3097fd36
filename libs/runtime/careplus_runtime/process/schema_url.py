"""The schema of a hospital that shares a PostgreSQL database with others."""

import re
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

_NAME = re.compile(r"(?!pg_|information_schema$|citus$|columnar$)[a-z][a-z0-9_]{0,62}")
"""Not the schemas of the server and of Citus."""


def check_name(schema: str) -> str:
    """Return the name of a hospital's schema and user. Raise ValueError for one that needs quotes or is the server's."""
    if not _NAME.fullmatch(schema):
        raise ValueError(f"{schema} cannot be a hospital's schema: write small letters, digits and _, such as hospital_a")
    return schema


def check_schema(schema: str, url: str | None, *, has_pooler: bool) -> None:
    """Raise ValueError for a wrong name, and where the URL's connections cannot be kept in the schema.

    A pooler drops the options of a connection, and the search path that PostgreSQL gives a user by itself begins with its name.
    """
    check_name(schema)
    parts = urlsplit(url or "")
    if not parts.scheme.startswith("postgres"):
        raise ValueError("needs PostgreSQL: write DATABASE_URL as postgresql://user:password@host/name")
    if has_pooler and parts.username != schema:
        raise ValueError(
            f"behind a pooler the user of DATABASE_URL must be {schema}, which `careplus cluster add {schema}` creates"
        )


def in_schema(url: str, schema: str) -> str:
    """Return the URL of a PostgreSQL database with `search_path` set to one schema on each connection.

    It is a start option of the connection, so that no statement can run before it. Other options of the URL stay.
    """
    address, _, query = url.partition("?")
    parameters = parse_qsl(query)
    options = [value for name, value in parameters if name == "options"]
    kept = [(name, value) for name, value in parameters if name != "options"]
    # PostgreSQL takes the last of two options with one name
    kept.append(("options", " ".join([*options, f"-c search_path={schema}"])))
    # libpq reads + as it stands
    return f"{address}?{urlencode(kept, quote_via=quote)}"
