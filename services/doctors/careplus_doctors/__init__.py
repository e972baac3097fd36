"""Doctors: profiles, prescriptions, referrals, the patient's summary, and the house in numbers."""
