"""Handlers of doctors, one file a noun."""
