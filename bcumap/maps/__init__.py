"""Floor 4: what a map shows, and its painters."""
