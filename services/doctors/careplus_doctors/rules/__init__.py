"""What holds in doctors, whatever the database; one file a noun."""
