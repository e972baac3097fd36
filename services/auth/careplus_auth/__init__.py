"""Auth: accounts, sessions, invitations, and the keys that access tokens are signed with."""
