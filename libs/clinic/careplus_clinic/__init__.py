"""Rules that several services share: clinic time and transitions between statuses. Pure; imports the contracts only."""
