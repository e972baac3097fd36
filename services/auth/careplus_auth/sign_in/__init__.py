"""Sign-in: passwords, attempt limits, cookies, client information."""
