"""The sender of notices."""
