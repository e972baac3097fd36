"""Metrics of a process for Prometheus, and traces for OpenTelemetry. Both are off unless a setting turns them on."""
