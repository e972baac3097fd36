"""Appointments: finding doctors and free times, booking, the doctor's day, availability."""
