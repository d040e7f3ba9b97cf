"""Floor 2: scripts, styles and templates, and how they are filled and named; knows no facts."""
