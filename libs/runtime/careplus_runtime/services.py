"""The services in the order in which they start, as in `careplus_contracts.everything`, which takes long to import."""

SERVICES = ("auth", "appointments", "doctors", "labs")
