"""Statements of auth, one file a noun."""
