"""Statements of the laboratory, one file per noun."""
