"""Statements about medicines: the check of a prescription, current medicines, and the most used ones."""
