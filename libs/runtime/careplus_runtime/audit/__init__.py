"""Audit events of every request, and their group commit."""
