"""`python -m bcumap` is the `bcumap` command."""

from bcumap.cli.main import main

main()
