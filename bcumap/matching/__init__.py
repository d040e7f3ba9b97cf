"""Floor 4: tables and lists that people bring, matched to wards."""
