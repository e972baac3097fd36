"""Serve auth: `python -m careplus_auth`."""

from careplus_runtime.process.server import main

main("auth", "careplus_auth.app:app", core=0)
