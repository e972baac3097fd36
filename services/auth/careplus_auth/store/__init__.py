"""Statements of auth, one file per noun."""
