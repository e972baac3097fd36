"""Serve labs: `python -m careplus_labs`."""

from careplus_runtime.process.server import main

main("labs", "careplus_labs.app:app", core=3)
