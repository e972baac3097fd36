"""Access tokens, sessions, role checks and the care relationship."""
