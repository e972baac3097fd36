"""Handlers of the appointments service, one file per noun."""
