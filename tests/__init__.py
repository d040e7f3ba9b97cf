"""Tests mirror the modules of bcumap/; browser/ drives a real Chromium."""
