"""A module for each page, and what it says."""
