"""CSV import of patients and doctors."""
