"""Floor 5: the public part as static files."""
