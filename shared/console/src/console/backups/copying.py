"""Copies a database or the papers into a file and back: with Postgres' own `pg_dump` and `pg_restore`."""

import os
import subprocess
import tarfile
from pathlib import Path
from typing import BinaryIO
from urllib.parse import unquote, urlsplit

from console import account
from console.errors import PlainError

PAPERS = Path("papers")
HEX_DIGITS = 64


def private(path: Path) -> BinaryIO:
    """A new file that only its owner reads: it will hold personal data. Raises FileExistsError."""
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")


def dump(dsn: str, snapshot: str, output: BinaryIO) -> None:
    """The database as the snapshot sees it, packed. Raises PlainError."""
    _run("pg_dump", "--format=custom", f"--snapshot={snapshot}", dsn=dsn, output=output)


def restore(dsn: str, packed: Path) -> None:
    """Everything of the file into an empty database, or nothing. Raises PlainError."""
    name = urlsplit(dsn).path[1:]
    _run("pg_restore", "--single-transaction", f"--dbname={name}", str(packed), dsn=dsn)


def pack_papers(folder: Path, output: BinaryIO) -> None:
    """All papers as a tar file. Each has its SHA-256 for a name; other files there are half written."""
    with tarfile.open(fileobj=output, mode="w") as packed:
        for paper in sorted(folder.rglob("*")):
            if len(paper.name) == HEX_DIGITS:
                packed.add(paper, arcname=PAPERS / paper.relative_to(folder))


def unpack_papers(packed: Path, parent: Path) -> None:
    """Puts them back; nothing in the file reaches outside of `parent`."""
    with tarfile.open(packed) as papers:
        papers.extractall(parent, filter="data")


def _run(program: str, *arguments: str, dsn: str, output: BinaryIO | None = None) -> None:
    done = subprocess.run(
        [str(account.programs() / program), *arguments],
        stdin=subprocess.DEVNULL,
        stdout=output or subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        env={**os.environ, **_address(dsn)},  # not among the arguments, which everybody can list
        check=False,
    )
    if done.returncode != 0:
        # The first line says what is wrong; later ones may quote rows.
        said = done.stderr.decode(errors="replace").strip().partition("\n")[0]
        raise PlainError(said or f"{program} failed")


def _address(dsn: str) -> dict[str, str]:
    parts = urlsplit(dsn)
    return {
        "PGHOST": parts.hostname or "",
        "PGPORT": str(parts.port or ""),
        "PGUSER": parts.username or "",
        "PGPASSWORD": unquote(parts.password or ""),
        "PGDATABASE": parts.path[1:],
    }
