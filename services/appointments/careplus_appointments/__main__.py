"""Serve appointments: `python -m careplus_appointments`."""

from careplus_runtime.process.server import main

main("appointments", "careplus_appointments.app:app", core=1)
