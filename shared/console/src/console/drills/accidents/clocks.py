"""Two processes whose clocks are ten minutes apart, by libfaketime."""

from collections.abc import Mapping
from datetime import datetime
from email.utils import parsedate_to_datetime
from pathlib import Path

import httpx2

from console.drills.accidents.accident import NotHereError
from console.drills.scene import Scene

#: Those two tell each other most. Whoever checks fresh tokens must not be behind by more than the 30 s that
#: its checks allow, so intake, which citizens come to, is ahead; verification has no public face.
APART_SECONDS = {"intake": 300, "verification": -300}
LEAST_APART_SECONDS = 590.0


async def set_apart(scene: Scene) -> None:
    """Raises NotHereError."""
    library = _library()
    for name, seconds in APART_SECONDS.items():
        scene.cast.restart(name, _clock(library, seconds))
    await scene.cast.ready()
    ahead, behind = [await _time_of(scene, name) for name in APART_SECONDS]
    apart = (ahead - behind).total_seconds()
    scene.findings.must(apart > LEAST_APART_SECONDS, f"the clocks were only {apart:.0f} s apart")


async def set_right(scene: Scene) -> None:
    """Once all have applied: both jump to the right time."""
    await scene.crowd.have_applied(scene.scale.families)
    for name in APART_SECONDS:
        scene.cast.restart(name, {"LD_PRELOAD": ""})


def _library() -> Path:
    """Of the Debian package `faketime`."""
    found = next(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"), None)
    if found is None:
        raise NotHereError("libfaketime is not on this machine: apt install faketime")
    return found


def _clock(library: Path, seconds: int) -> Mapping[str, str]:
    """How long something took must stay true: only what time it is is another. (The library's remedy for an
    old glibc makes Python's threads spin on each other, twenty times slower.)"""
    untouched = {"FAKETIME_DONT_FAKE_MONOTONIC": "1", "FAKETIME_FORCE_MONOTONIC_FIX": "0"}
    wrong = {"FAKETIME": f"{seconds:+d}s", **untouched}
    return {"LD_PRELOAD": str(library), **wrong}


async def _time_of(scene: Scene, name: str) -> datetime:
    """As its answers over HTTP say."""
    async with httpx2.AsyncClient(base_url=scene.stack.url(name)) as http:
        return parsedate_to_datetime((await http.get("/health/live")).headers["Date"])
