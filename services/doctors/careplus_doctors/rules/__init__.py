"""Rules of charts, referrals, summaries and statistics: pure functions."""
