"""Rules of bookings, windows, flags and observations: pure functions."""
