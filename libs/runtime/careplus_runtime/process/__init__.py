"""A service as a process: settings, logs, clock, server, background tasks and health."""
