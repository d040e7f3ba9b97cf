"""`python -m benchmarks`: run the benchmarks, print their figures, and write only when asked to."""

from __future__ import annotations

import argparse
from types import ModuleType

from benchmarks import (
    api,
    assign,
    attacks,
    browser,
    build,
    crowd,
    dates,
    dissolve,
    exports,
    fetch,
    find,
    first,
    imports,
    loads,
    locate,
    machine,
    panning,
    states,
    table,
)
from benchmarks.measure import Figure, Skipped

BENCHMARKS = {
    "dissolve": dissolve,
    "build": build,
    "find": find,
    "locate": locate,
    "assign": assign,
    "fetch": fetch,
    "imports": imports,
    "loads": loads,
    "browser": browser,
    "states": states,
    "first": first,
    "dates": dates,
    "panning": panning,
    "api": api,
    "exports": exports,
    "attacks": attacks,
    "crowd": crowd,
}


def main() -> None:
    options = _options()
    about = machine.description()
    for name, text in about.items():
        print(f"{name}: {text}")
    sections: table.Sections = {}
    for name in options.names or BENCHMARKS:
        module = BENCHMARKS[name]
        print(f"\n{module.TITLE}", flush=True)
        sections[module.TITLE] = _run(module, options.rounds or module.ROUNDS)
    if options.write:
        print(f"\nwrote {table.write(about, sections).relative_to(machine.ROOT)}")


def _run(module: ModuleType, rounds: int) -> list[Figure | str]:
    """Print the figures of one benchmark as they come, and return them."""
    figures: list[Figure | str] = []
    try:
        for figure in module.run(rounds):
            print(figure, flush=True)
            figures.append(figure)
    except Skipped as reason:
        print(f"  skipped: {reason}")
        figures.append(f"skipped: {reason}")
    return figures


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", help=f"some of {', '.join(BENCHMARKS)} [all]")
    parser.add_argument("--rounds", type=int, help="how often to measure each side")
    parser.add_argument(
        "--write", action="store_true", help="put the figures into docs/benchmarks.md"
    )
    options = parser.parse_args()
    if unknown := set(options.names) - set(BENCHMARKS):
        parser.error(f"no benchmark is called {unknown.pop()}; there are {', '.join(BENCHMARKS)}")
    if options.write and options.names:
        parser.error("--write rewrites the whole table: run all benchmarks with it")
    if options.rounds is not None and options.rounds < 1:
        parser.error("--rounds must be 1 or more")
    return options


if __name__ == "__main__":
    main()
