"""Mail templates and delivery."""
