"""How migrations are named: `python -m architecture.migrations` says what is wrong (`make check`)."""

import re
import sys
from collections.abc import Iterator
from pathlib import Path

from architecture.workspace import PACKAGES, Package


def faults(package: Package) -> list[str]:
    """Numbers run from 1 without gaps, names are in small letters, and each file opens with why."""
    files = sorted((package.source / "migrations").glob("*.sql"))
    return [f"{file} {what}" for number, file in enumerate(files, 1) for what in _faults(file, number)]


def _faults(file: Path, number: int) -> Iterator[str]:
    if not re.fullmatch(rf"{number:04}_[a-z0-9_]+\.sql", file.name):
        yield f"should be named {number:04}_<what>.sql"
    if not file.read_text().startswith("--"):
        yield "should open with a comment that says why"


if __name__ == "__main__":
    sys.exit("\n".join(fault for package in PACKAGES for fault in faults(package)) or None)
