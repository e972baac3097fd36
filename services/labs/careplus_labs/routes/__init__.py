"""Handlers of the labs service, one file per noun."""
