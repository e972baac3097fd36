"""Erasure of a patient's data that a hospital may not keep."""
