"""Names of the services. `careplus_contracts.registry` has them too, and takes long to import."""

SERVICES = ("auth", "appointments", "doctors", "labs")
"""The services behind the gateway, in the order in which they start."""
