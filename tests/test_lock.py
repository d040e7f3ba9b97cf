"""What is installed: every file by its hash, for every system, under known licences."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]
LOCKS = ("requirements.txt", "requirements-dev.txt")
# Of which a package may be under one, or under several together.
LOOKED_AT = {
    "0BSD", "3-Clause BSD License", "Apache License 2.0", "Apache Software License", "Apache-2.0",
    "BSD License", "BSD-2-Clause", "BSD-3-Clause", "BlueOak-1.0.0", "CC0-1.0", "ISC License (ISCL)",
    "MIT", "MIT License", "MIT-CMU", "Mozilla Public License 2.0 (MPL 2.0)", "PSF-2.0", "Zlib",
}  # fmt: skip
SAID_ELSEWHERE = {"resvg-py": "UNKNOWN", "xstatic-leaflet": "(same as Leaflet)"}


def locked(name: str) -> dict[str, tuple[Requirement, list[str]]]:
    """The requirements of a lock with the hashes of their files, by name."""
    text = (ROOT / name).read_text(encoding="utf-8")
    found = {}
    for each in re.split(r"\n(?=[a-z])", re.sub(r"(?m)^ *#.*\n?", "", text).strip()):
        line, *hashes = each.split(" \\\n")
        requirement = Requirement(line)
        found[canonicalize_name(requirement.name)] = (requirement, [one.strip() for one in hashes])
    return found


@pytest.mark.parametrize("name", LOCKS)
def test_every_version_is_pinned_with_hashes_and_no_host(name: str) -> None:
    for requirement, hashes in locked(name).values():
        assert re.fullmatch(r"==[^*,]+", str(requirement.specifier))
        assert hashes
        assert all(re.fullmatch(r"--hash=sha256:[0-9a-f]{64}", each) for each in hashes)
    assert "://" not in (ROOT / name).read_text(encoding="utf-8")


def test_both_locks_agree_and_have_what_the_project_asks_for() -> None:
    shipped, all_of_them = (locked(name) for name in LOCKS)
    assert {name: all_of_them[name] for name in shipped} == shipped
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    for line in project["dependencies"]:
        wanted = Requirement(line)
        found = shipped[canonicalize_name(wanted.name)][0]
        assert wanted.specifier.contains(str(found.specifier).removeprefix("=="))
    assert {"colorama", "tzdata"} <= {*shipped}  # what only Windows needs is locked, too


def test_whatever_installs_them_wants_the_hashes() -> None:
    for name in ("Makefile", "Containerfile"):
        text = (ROOT / name).read_text(encoding="utf-8")
        installs = re.findall(r".*pip install.*--requirement.*", text)
        assert installs
        assert all("--require-hashes" in line for line in installs)


def test_the_licence_of_every_package_was_looked_at() -> None:
    text = (ROOT / "docs" / "licences.md").read_text(encoding="utf-8")
    rows = [[cell.strip() for cell in line.split("|")[1:4]]
            for line in text.splitlines() if line.startswith("|")][2:]  # fmt: skip
    told = {canonicalize_name(name): (version, licence) for name, version, licence in rows}
    on_linux = {
        name: str(requirement.specifier).removeprefix("==")
        for name, (requirement, _) in locked("requirements.txt").items()
        if not requirement.marker or requirement.marker.evaluate({"sys_platform": "linux"})
    }
    assert {name: version for name, (version, _) in told.items()} == on_linux
    for name, (_, licence) in told.items():
        known = {*re.split(r" (?:AND|OR) ", licence)} <= LOOKED_AT
        assert known or SAID_ELSEWHERE.get(name) == licence, (name, licence)
