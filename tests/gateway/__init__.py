"""The gateway over real sockets, with a stand-in where a service would be."""
