"""Catalogue, bookings and results of the laboratory."""
