"""`qonys secrets init`: strong secrets for compose, each a file made once; none is ever overwritten.

Files are of mode 600 and belong to whom the containers run as: user 10001 when root makes them, else whoever
does, whose number `.env` then tells compose.
"""

import os
import secrets
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Annotated

import typer

from console import screen
from console.environment import keep_certificate_key
from console.layout import SERVICES, default_folder, write_compose
from sandbox.keys import kept_pair

CONTAINER_USER = 10001
PASSWORD_BYTES = 32

Make = Callable[[Path], object]


def init(
    folder: Annotated[Path, typer.Option(help="Where docker-compose.yml looks for them")] = Path("secrets"),
) -> None:
    """Make the secrets that docker-compose.yml names. What is there already stays as it is."""
    folder.mkdir(mode=0o700, exist_ok=True)
    made = [name for name, make in _wanted() if _made(folder, name, make)]
    _tell_compose(folder.parent / ".env")
    _hand_over(folder)
    stack = default_folder().parent / "compose"
    write_compose(stack, secrets=folder)
    screen.say(f"{len(made)} made, the others were there: {screen.path(folder)}")
    screen.say("next: docker compose --profile sandbox up --wait")
    screen.say(f"then: qonys demo --stack {screen.path(stack)}")


def names() -> list[str]:
    """The files of all secrets, a pair's two files under one name each."""
    return [name for name, _ in _wanted()]


def _wanted() -> Iterator[tuple[str, Make]]:
    yield "postgres-superuser", _password
    for service in SERVICES:
        yield f"postgres-{service}", _password
        yield f"postgres-{service}-owner", _password
    for user in (*SERVICES, "sandbox", "console"):
        yield f"kafka-{user}", _password
    yield "certificate-key.pem", keep_certificate_key
    for name in ("gateway", "registry"):
        yield f"{name}-key.pem", _pair(name)
        yield f"{name}-certificate.pem", _pair(name)


def _made(folder: Path, name: str, make: Make) -> bool:
    file = folder / name
    if file.exists():
        return False
    make(file)
    return True


def _password(file: Path) -> None:
    file.touch(mode=0o600)
    file.write_text(secrets.token_hex(PASSWORD_BYTES))


def _pair(name: str) -> Make:
    """A key with its certificate; one without the other is of no use, so both are made anew."""
    return lambda file: kept_pair(file.parent, name)


def _tell_compose(env: Path) -> None:
    if not env.exists():
        env.write_text(f"QONYS_UID={_user()}\n")


def _hand_over(folder: Path) -> None:
    for path in (folder, *folder.iterdir()):
        path.chmod(0o700 if path.is_dir() else 0o600)
        if os.geteuid() == 0:
            os.chown(path, CONTAINER_USER, CONTAINER_USER)


def _user() -> int:
    return os.geteuid() or CONTAINER_USER
