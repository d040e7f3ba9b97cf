"""Floor 4: layers as files of many formats."""
