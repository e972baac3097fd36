"""The gateway: checks tokens and forwards requests to the services."""
