"""Floor 2: the geometry of coverages; knows no ward."""
