"""Signing of access tokens and encryption of stored secrets."""
