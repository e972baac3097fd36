"""Statements about results: entered, verified, corrected, released."""
