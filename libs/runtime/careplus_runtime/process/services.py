"""The services in the order in which they start, as in `careplus_contracts.registry`, which takes long to import."""

SERVICES = ("auth", "appointments", "doctors", "labs")
