"""Pages lead where they say."""

import re
import subprocess
from pathlib import Path

from tests.tidy.sources import ROOT

_LINK = re.compile(r"\]\((?!https?:|#|mailto:)([^)#\s]+)")
_COMMAND = re.compile(r"\./(scripts/[/a-z]+)")


def _pages() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "*.md"], cwd=ROOT, check=True, capture_output=True, text=True
    )
    return [ROOT / name for name in listed.stdout.split()]


def test_links_between_pages_resolve() -> None:
    """Every relative link of every page names a file or folder of the project."""
    broken = [
        f"{page.relative_to(ROOT)} -> {target}"
        for page in _pages()
        for target in _LINK.findall(page.read_text(encoding="utf-8"))
        if not (page.parent / target).exists()
    ]
    assert broken == []


def test_scripts_named_in_pages_exist() -> None:
    """Every ./scripts/ command of every page exists and can be run."""
    missing = [
        f"{page.relative_to(ROOT)} -> {name}"
        for page in _pages()
        for name in _COMMAND.findall(page.read_text(encoding="utf-8"))
        if not (ROOT / name).is_file() or not (ROOT / name).stat().st_mode & 0o100
    ]
    assert missing == []
