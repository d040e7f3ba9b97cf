"""Floor 1: errors, words, dates, vocabularies and files; knows nobody."""

__version__ = "0.1.0"
