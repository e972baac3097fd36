"""Checks of medicines against the hospital's own list: allergies, classes, duplicates, interactions and doses. Pure functions."""
