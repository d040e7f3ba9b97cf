"""Run the `bcumap` command, in this process or in its own, and see what it leaves behind."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import typer.main

from bcumap.cli import main as cli

ROOT = Path(__file__).resolve().parents[1]
COMMAND = [sys.executable, "-m", "bcumap"]
# Typer reads the signatures of all commands anew at every call, which takes longer than most runs.
command_of = cache(typer.main.get_command)


@dataclass(frozen=True)
class Outcome:
    """How a command ended and what it said."""

    code: int
    out: str
    err: str

    @property
    def line(self) -> str:
        """The one line that a failed command says on stderr."""
        assert "Traceback" not in self.err
        (line,) = self.err.splitlines()
        return line


def environment(**settings: str) -> dict[str, str]:
    return os.environ | {"COLUMNS": "80", "PYTHONPATH": str(ROOT)} | settings


def run(*words: str | Path, **options: Any) -> Outcome:
    """Run the command as a process of its own."""
    done = subprocess.run(
        [*COMMAND, *map(str, words)],
        **{"env": environment(), "capture_output": True, "text": True, "timeout": 120} | options,
    )
    return Outcome(done.returncode, done.stdout, done.stderr)


def run_here(
    *words: str | Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Outcome:
    """Run the command in this process: the same path through it, in a tenth of the time."""
    monkeypatch.setattr(sys, "argv", ["bcumap", *map(str, words)])
    monkeypatch.setattr(typer.main, "get_command", command_of)
    capsys.readouterr()
    with pytest.raises(SystemExit) as ended:
        cli.main()
    said = capsys.readouterr()
    return Outcome(int(ended.value.code or 0), said.out, said.err)


def everything(folder: Path) -> dict[str, str]:
    """Every path below a folder, hidden ones too, with the hash of its content."""
    return {
        path.relative_to(folder).as_posix(): (
            hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else "folder"
        )
        for path in folder.rglob("*")
    }
