"""The gateway over real sockets, with a stand-in for the services."""
