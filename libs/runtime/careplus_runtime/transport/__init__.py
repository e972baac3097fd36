"""Connections of a process: limits of what it accepts, and TLS."""
