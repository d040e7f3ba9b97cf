"""The public part as static files for any web server: the pages of all areas, and a finder."""
