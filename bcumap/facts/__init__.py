"""Floor 3: what is known of areas, officers, counters and their past; draws nothing."""
