"""Statements of doctors, one file a noun."""
