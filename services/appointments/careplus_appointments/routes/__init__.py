"""Handlers of the appointments service, one file for each noun."""
