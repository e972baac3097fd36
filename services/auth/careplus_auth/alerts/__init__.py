"""Alerts to the operators of the hospital: what raises one, and sending."""
