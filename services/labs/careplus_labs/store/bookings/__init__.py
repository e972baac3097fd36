"""Statements about bookings, orders and their specimens."""
