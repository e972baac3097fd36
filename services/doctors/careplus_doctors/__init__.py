"""Doctors: profiles, charts, prescriptions, referrals, the patient's summary, and statistics."""
