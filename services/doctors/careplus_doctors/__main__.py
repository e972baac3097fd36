"""Serve doctors: `python -m careplus_doctors`."""

from careplus_runtime.process.server import main

main("doctors", "careplus_doctors.app:app", core=2)
