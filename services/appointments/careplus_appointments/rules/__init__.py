"""Rules of slots, visits and notes: pure functions."""
