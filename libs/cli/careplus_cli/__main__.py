"""`python -m careplus_cli`."""

from careplus_cli.main import run

run()
