"""The demo hospital: invented people with a past, a today and a coming month."""
