"""A worker of `careplus run --workers`: the gateway and all services in one process."""
