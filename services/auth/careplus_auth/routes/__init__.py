"""Handlers of auth, one file a noun."""
