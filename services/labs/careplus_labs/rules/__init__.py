"""Rules of the laboratory, without database or web."""
