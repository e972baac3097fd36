"""Handlers of the doctors service, one file per noun."""
