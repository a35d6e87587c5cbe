"""What a backup holds, so that whoever restores it can see that nothing is missing or changed."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from console.backups.copying import private
from console.errors import PlainError

NAME = "manifest.json"

#: Database → table → rows.
Rows = Mapping[str, Mapping[str, int]]


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """One file of the backup."""

    size: int  # bytes
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """Written last: a folder without it is no backup."""

    taken_at: str  # RFC 3339
    files: Mapping[str, File]
    rows: Rows

    def write(self, folder: Path) -> None:
        with private(folder / NAME) as output:
            output.write(json.dumps(asdict(self), indent=2).encode() + b"\n")

    def check(self, folder: Path) -> None:
        """Raise PlainError when a file is missing or is not as it was written."""
        for name, file in self.files.items():
            if not (folder / name).is_file():
                raise PlainError(f"the backup is damaged: {name} is missing", remedy="take another backup")
            if look_at(folder / name) != file:
                raise PlainError(f"the backup is damaged: {name} was changed", remedy="take another backup")


def read(folder: Path) -> Manifest:
    """Raises PlainError when there is none, or none that can be read."""
    try:
        written = json.loads((folder / NAME).read_text())
        files = {name: File(**file) for name, file in written["files"].items()}
        return Manifest(taken_at=written["taken_at"], files=files, rows=written["rows"])
    except FileNotFoundError:
        raise PlainError(f"{folder} holds no finished backup", remedy="make one: qonys backup") from None
    except (ValueError, LookupError, TypeError, AttributeError):
        raise PlainError(f"the backup is damaged: {NAME} is not readable") from None


def look_at(path: Path) -> File:
    """Its size and digest."""
    with path.open("rb") as content:
        return File(size=path.stat().st_size, sha256=hashlib.file_digest(content, "sha256").hexdigest())
