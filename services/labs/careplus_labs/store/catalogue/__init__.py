"""Statements about the catalogue of tests, its ranges, and the hours and places of the laboratory."""
