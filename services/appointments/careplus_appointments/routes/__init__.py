"""Handlers of appointments, one file a noun."""
