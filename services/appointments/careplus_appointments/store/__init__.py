"""Statements of appointments, one file a noun."""
