"""The demo hospital: fictitious people with two months of records and a month of bookings."""
