"""What is right about time and visits; pure."""
