"""Statements of appointments, one file per noun."""
