"""Statements about medicines: the check of a prescription, what a patient takes now, and what a doctor uses most."""
