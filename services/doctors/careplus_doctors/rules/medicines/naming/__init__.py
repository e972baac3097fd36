"""Names of medicines: their sounds, their places in a text, and the search."""
