"""Handlers of the doctors service, one file for each noun."""
