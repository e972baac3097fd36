"""A service as a process: settings, logs, clock, server, heartbeats and background tasks."""
