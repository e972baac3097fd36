"""Finding, booking and running visits."""
