"""Statements about the doctor's inbox and about critical results."""
