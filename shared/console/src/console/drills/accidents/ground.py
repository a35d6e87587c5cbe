"""Postgres refuses everybody, has a slow disk, or a full one under an outbox."""

import asyncio
import errno
import subprocess
import time
from pathlib import Path

from console import account
from console.drills.accidents.accident import NotHereError
from console.drills.scene import Scene
from console.environment import package

REFUSING_SECONDS = 30.0
SLOW_SECONDS = 30.0
FULL_SECONDS = 20.0
#: The longest that Postgres can be told to wait before each flush of its log, even when nobody else works.
FLUSH_SECONDS = 0.1
SLOW = (f"ALTER SYSTEM SET commit_delay = {FLUSH_SECONDS * 1e6:.0f}", "ALTER SYSTEM SET commit_siblings = 0")
QUICK = ("ALTER SYSTEM RESET commit_delay", "ALTER SYSTEM RESET commit_siblings")
COMMITS = 10
HEARD_OF = "SELECT pg_reload_conf()"

DISK_BYTES, CHUNK_BYTES = 256 << 20, 64 << 10
FULL = "intake"  # whose outbox lies on the small disk
ON_DISK = """
ALTER TABLE outbox SET TABLESPACE {0};
ALTER INDEX outbox_pkey SET TABLESPACE {0};
"""
NO_SPACE = "No space left on device"


async def refuse_connections(scene: Scene) -> None:
    names = scene.databases
    shut = [f"ALTER DATABASE {name} CONNECTION LIMIT 0" for name in names]
    ended = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = ANY('{%s}')"
    await scene.as_superuser(*shut, ended % ",".join(names))
    await asyncio.sleep(REFUSING_SECONDS)
    await scene.as_superuser(*(f"ALTER DATABASE {name} CONNECTION LIMIT -1" for name in names))


async def slow_disk(scene: Scene) -> None:
    """Each flush of the log waits, as on a disk that is slow to say that it has written."""
    await scene.as_superuser(*SLOW, HEARD_OF)
    await asyncio.sleep(SLOW_SECONDS)
    seconds = await _commit_seconds(scene)
    await scene.as_superuser(*QUICK, HEARD_OF)
    slow = seconds > FLUSH_SECONDS / 2  # who commits while another waits need not wait as long
    scene.findings.must(slow, f"a commit took {seconds:.3f} s: the disk was not slow")
    scene.findings.notes.append(f"a commit took {seconds * 1000:.0f} ms")


async def small_disk(scene: Scene) -> None:
    """An outbox moves to a file system of its own. Raises NotHereError."""
    place = scene.stack.postgres.home / "small-disk"
    _mount(scene, place)
    await scene.as_superuser(f"CREATE TABLESPACE small LOCATION '{place}'")
    await scene.as_superuser(ON_DISK.format("small"), database=package(FULL))


async def fill_disk(scene: Scene) -> None:
    ballast = scene.stack.postgres.home / "small-disk" / "ballast"
    await asyncio.to_thread(_fill, ballast)
    await asyncio.sleep(FULL_SECONDS)
    refused = scene.stack.postgres.log.read_text().count(NO_SPACE)
    scene.findings.must(refused, "the disk never was full")
    scene.findings.notes.append(f"Postgres found no space {refused} times")
    ballast.unlink()


def _fill(ballast: Path) -> None:
    """Until there is no space left: Postgres writes there meanwhile, so nobody knows how much that is."""
    with ballast.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(bytes(CHUNK_BYTES))
        except OSError as full:
            if full.errno != errno.ENOSPC:
                raise


async def _commit_seconds(scene: Scene) -> float:
    """On average of some."""
    async with scene.database() as conn:
        began = time.monotonic()
        for number in range(COMMITS):
            await conn.execute(f"CREATE TEMP TABLE weighed_{number} ()")
        return (time.monotonic() - began) / COMMITS


def _mount(scene: Scene, place: Path) -> None:
    place.mkdir()
    words = ["mount", "-t", "tmpfs", "-o", f"size={DISK_BYTES}", "tmpfs", str(place)]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise NotHereError(f"this machine mounts no file system for us: {done.stderr.strip()}")
    scene.ending.callback(subprocess.run, ["umount", "--lazy", str(place)], check=True)
    account.give(place)
