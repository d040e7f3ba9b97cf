"""Figures against peers, run by hand with `make bench`, never as tests: see docs/benchmarks.md."""
