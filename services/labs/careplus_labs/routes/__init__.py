"""Handlers of the laboratory, one file a noun."""
