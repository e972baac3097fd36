"""Names of medicines: how they sound, where they stand in a text, and what a search finds."""
