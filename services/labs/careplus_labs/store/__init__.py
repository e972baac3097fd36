"""Statements of the laboratory, one file a noun."""
