"""URLs of databases, also with the several hosts that PostgreSQL's clients accept."""

import re

from sqlalchemy.engine import URL, make_url

_HOSTS = re.compile(r"(?P<begin>postgres(?:ql)?://(?:[^@/?#]*@)?)(?P<hosts>[^@/?#]*,[^@/?#]*)")
_HOST = re.compile(r"(\[[^]]*\]|[^:,]+)(?::(\d+))?")
_PORT = "5432"


def database_url(url: str) -> URL:
    """Return the parsed URL; hosts such as `db1:5432,db2:5433`, which SQLAlchemy cannot parse, become parameters."""
    found = _HOSTS.match(url)
    if found is None:
        return make_url(url)
    hosts = _HOST.findall(found["hosts"])
    several = {"host": ",".join(host.strip("[]") for host, _ in hosts), "port": ",".join(port or _PORT for _, port in hosts)}
    return make_url(found["begin"] + url[found.end() :]).update_query_dict(several)
