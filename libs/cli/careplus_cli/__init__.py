"""The careplus command."""
