"""Floor 5: official files in, geodata/ out; the only writer of it."""
