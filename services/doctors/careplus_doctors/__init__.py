"""Profiles, prescriptions, referrals, summaries and stats."""
