"""Statements of doctors, one file per noun."""
