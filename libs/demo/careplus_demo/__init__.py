"""The demo hospital: invented people, thirty of them with a story of a year, and a month of bookings."""
