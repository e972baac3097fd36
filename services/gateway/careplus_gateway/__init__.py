"""The one door: checks tokens and forwards."""
