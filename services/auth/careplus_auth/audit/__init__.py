"""The audit chain and the audit trail as CSV."""
