"""`careplus move`: copy a hospital into an empty PostgreSQL database."""
