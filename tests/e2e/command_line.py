"""The `quancheng` command as tests call it: in this process, or in one of its own."""

import contextlib
import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from apps.cli.exits import ExitCode
from apps.cli.main import run_cli

ROOT = Path(__file__).parents[2]


class Command:
    """The `quancheng` command over one test network."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def run(self, *words: str, code: ExitCode = ExitCode.OK) -> str:
        """Run the command, expect an exit code, return what it printed."""
        shown = io.StringIO()
        with contextlib.redirect_stdout(shown), contextlib.redirect_stderr(shown):
            found = run_cli(words)
        assert found == code, f"{' '.join(words)}: {shown.getvalue()}"
        return shown.getvalue()

    def run_apart(self, *words: str) -> None:
        """Run the command in a process of its own, which ends before the nodes it started."""
        subprocess.run([sys.executable, "-m", "apps.cli.main", *words], check=True, cwd=ROOT)

    def answer(self, *words: str, code: ExitCode = ExitCode.OK) -> dict[str, Any]:
        """Run the command with --json and return its answer."""
        return self.json(*words, "--json", code=code)

    def json(self, *words: str, code: ExitCode = ExitCode.OK) -> dict[str, Any]:
        """Run a command that prints JSON."""
        answer: dict[str, Any] = json.loads(self.run(*words, code=code))
        return answer

    def answers(self, *words: str) -> list[dict[str, Any]]:
        """Run a command that lists with --json and return its rows."""
        answers: list[dict[str, Any]] = json.loads(self.run(*words, "--json"))
        return answers
