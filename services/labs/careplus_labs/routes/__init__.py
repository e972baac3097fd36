"""Handlers of the labs service, one file for each noun."""
