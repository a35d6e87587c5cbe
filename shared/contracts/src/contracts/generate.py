"""Writes docs/events.md, docs/asyncapi.yaml, docs/schemas and the list of what is published.

`python -m contracts.generate [--check]`, in the repository's root. What was published is never replaced by
what breaks it.
"""

import argparse
import sys
from collections.abc import Mapping
from pathlib import Path

from contracts.asyncapi import document
from contracts.event import EVENTS
from contracts.listing import events_page
from contracts.published import LIST, SCHEMAS, broken, list_text, schema_text
from contracts.yaml import as_yaml


def generated(root: Path) -> dict[Path, str]:
    """Path in the repository → content; the same contracts and services give the same files."""
    schemas = {SCHEMAS / f"{name}.json": schema_text(name) for name in sorted(EVENTS)}
    pages = {Path("docs/asyncapi.yaml"): as_yaml(document()), Path("docs/events.md"): events_page(root)}
    return schemas | pages | {LIST: list_text(root)}


def stale(root: Path, files: Mapping[Path, str]) -> list[str]:
    return [str(path) for path, text in files.items() if _text(root / path) != text]


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m contracts.generate", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 when a file is stale")
    asked, root = parser.parse_args(arguments), Path.cwd()
    faults = broken(root)
    files = generated(root)
    if asked.check:
        faults += [f"{path} is stale: make generate" for path in stale(root, files)]
    elif not faults:
        _write(root, files)
    sys.stderr.writelines(f"{fault}\n" for fault in faults)
    return 1 if faults else 0


def _write(root: Path, files: Mapping[Path, str]) -> None:
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, encoding="utf-8")


def _text(path: Path) -> str | None:
    return path.read_text(encoding="utf-8") if path.exists() else None


if __name__ == "__main__":
    sys.exit(main())
