"""Reads routes, frequencies and doses as people write them, in English and German."""
