"""Accounts, sessions and the keys that tokens are signed with."""
