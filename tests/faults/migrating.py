"""`python -m tests.faults.migrating URL`: migrate; say READY before, because the imports take longer than the migration."""

import sys
from zoneinfo import ZoneInfo

from alembic import command

from careplus_tables.migrate import upgrade

if __name__ == "__main__":
    assert command
    sys.stdout.write("READY\n")
    sys.stdout.flush()
    sys.stdin.readline()
    upgrade(sys.argv[1], ZoneInfo("Europe/Berlin"))
