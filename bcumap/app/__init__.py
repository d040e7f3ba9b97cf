"""Floor 5: the server and its pages."""
