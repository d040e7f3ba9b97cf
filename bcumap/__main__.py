"""`python -m bcumap` is the `bcumap` command."""

from bcumap.cli import main

main()
