"""Floor 2: the only rooms door to other hosts."""
