"""Load tests and measurements of a running hospital."""
