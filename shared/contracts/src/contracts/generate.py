"""Writes docs/events.md, docs/asyncapi.yaml and docs/schemas: `python -m contracts.generate [--check]`.

Run it in the repository's root. A schema that was published is never replaced by one that breaks it.
"""

import argparse
import json
import sys
from collections.abc import Mapping
from pathlib import Path

from contracts.asyncapi import document
from contracts.compatibility import breaks
from contracts.event import EVENTS
from contracts.listing import events_page
from contracts.schemas import event_schema
from contracts.yaml import as_yaml

SCHEMAS = Path("docs/schemas")


def generated(root: Path) -> dict[Path, str]:
    """Path in the repository → content; the same contracts and services give the same files."""
    schemas = {SCHEMAS / f"{name}.json": _json(event_schema(name)) for name in sorted(EVENTS)}
    others = {Path("docs/asyncapi.yaml"): as_yaml(document()), Path("docs/events.md"): events_page(root)}
    return schemas | others


def broken(root: Path) -> list[str]:
    """How the contracts break schemas that were published, each with its event type and place."""
    found: list[str] = []
    for file in sorted((root / SCHEMAS).glob("*.json")):
        if file.stem not in EVENTS:
            found.append(f"{file.stem} is told no more: delete {SCHEMAS / file.name} when nobody reads it")
            continue
        published = json.loads(file.read_text())
        found += [f"{file.stem} {what}" for what in breaks(published, event_schema(file.stem))]
    return found


def stale(root: Path, files: Mapping[Path, str]) -> list[str]:
    return [str(path) for path, text in files.items() if _text(root / path) != text]


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m contracts.generate", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 when a file is stale")
    asked, root = parser.parse_args(arguments), Path.cwd()
    faults = [f"{what}: make a new version of the event" for what in broken(root)]
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


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2) + "\n"


if __name__ == "__main__":
    sys.exit(main())
