"""Handlers of auth, one file per noun."""
