"""What is done to a stack at work: more instances, a new version of every part, a broker's stop."""

import asyncio
import subprocess
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from compose.containers import OURS
from compose.counting import decided_once_each, longest_pause, told_by_intake
from compose.stack import HA, ROOT, Failed, Trial
from console.layout import SERVICES

NEXT = "next"
LONGEST_PAUSE_SECONDS = 10.0
SCALE_FAMILIES, RENEWAL_FAMILIES, HA_FAMILIES = 200, 2_000, 300
SCALE_RATE, RATE = 6, 25  # families a second: what two cores can do beside starting containers, and more
RENEWAL_RATE = 10  # the last container is renewed while families still apply
BEGUN, LOOK_SECONDS = 10, 0.5


def scaling(trial: Trial) -> str:
    """Three of a service instead of one while families apply: deciding goes on, and every one is decided."""
    began = datetime.now(UTC)
    with _applying(trial, SCALE_FAMILIES, rate=SCALE_RATE):
        _scale(trial, 3)
        sharing, shown = _members_at_work(trial), _shown(trial)
    _scale(trial, 1)
    if sharing != 3:
        raise Failed(f"{sharing} instances have partitions instead of 3")
    if shown != {"verification", "verification-2", "verification-3"}:
        raise Failed(f"qonys status shows {sorted(shown)}")
    pause = longest_pause(trial, since=began)
    if pause > LONGEST_PAUSE_SECONDS:
        raise Failed(f"nothing was decided for {pause:.1f} s")
    return f"3 share the partitions; longest pause {pause:.1f} s; {decided_once_each(trial)}"


def rolling_upgrade(trial: Trial) -> str:
    """Every container is replaced by the next version, one at a time, while 2,000 families apply."""
    for service in SERVICES:
        _build_next(service)
    newer = trial.with_told(QONYS_VERSION=NEXT)
    with _applying(trial, RENEWAL_FAMILIES, rate=RENEWAL_RATE) as load:
        for name in OURS:
            if load.done():
                raise Failed(f"before {name} was renewed, the load ended: {load.exception() or 'well'}")
            if not name.endswith("-relay"):
                newer.compose("run", "--rm", "--no-deps", f"{name}-migrate")
            newer.compose("up", "-d", "--no-deps", "--wait", name)
    return f"{len(OURS)} renewed; {decided_once_each(trial)}"


def surviving_a_broker(trial: Trial) -> str:
    """Three brokers, one of them stopped while families apply, and then come back."""
    with _applying(trial, HA_FAMILIES, rate=RATE):
        trial.compose("stop", "kafka-2")
    found = decided_once_each(trial)
    trial.compose("start", "kafka-2")
    return found


def highly_available(trial: Trial) -> Trial:
    return trial.with_told(**HA)


@contextmanager
def _applying(trial: Trial, families: int, *, rate: int) -> Iterator[Future[Any]]:
    """From the first applications on, until all are decided, which is when the load is done."""
    with ThreadPoolExecutor(1) as beside:
        before = asyncio.run(told_by_intake(trial))
        load = beside.submit(trial.load, families, rate=rate)
        while not load.done() and asyncio.run(told_by_intake(trial)) < before + BEGUN:
            time.sleep(LOOK_SECONDS)
        yield load
        load.result()


def _scale(trial: Trial, instances: int) -> None:
    scale = f"verification={instances}"
    trial.compose("up", "-d", "--no-deps", "--no-recreate", "--wait", "--scale", scale, "verification")


def _members_at_work(trial: Trial) -> int:
    """Members of verification's group that have partitions."""
    group = ["--group", "verification", "--describe", "--members"]
    tool = ["/opt/kafka/bin/kafka-consumer-groups.sh", "--bootstrap-server", "localhost:9094"]
    said = trial.compose("exec", "-T", "kafka", *tool, *group)
    rows = [line.split() for line in said.splitlines() if line.startswith("verification ")]
    return sum(int(row[-1]) > 0 for row in rows)


def _shown(trial: Trial) -> set[str]:
    """The instances that `qonys status` has found ready, each at another port."""
    lines = trial.qonys("status", "--folder", str(trial.folder / "var" / "compose"), "--json")["processes"]
    ready = [line for line in lines if (line["service"], line["state"]) == ("verification", "ready")]
    return {line["name"] for line in ready} if len({line["port"] for line in ready}) == 3 else set()


def _build_next(service: str) -> None:
    """This version with one more migration, which only adds."""
    package = service.replace("-", "_")
    folder = f"services/{service}/src/{package}/migrations"
    number = len(list((ROOT / folder).glob("*.sql"))) + 1
    sql = "-- The next version notes more.\\nCREATE TABLE noted (id bigint PRIMARY KEY);\\n"
    file = f"/app/{package}/migrations/{number:04}_noted.sql"
    lines = [f"FROM qonys/{service}", "USER root", f"RUN printf '%b' '{sql}' >{file}", "USER 10001:10001"]
    command = ["docker", "build", "-q", "-t", f"qonys/{service}:{NEXT}", "-"]
    subprocess.run(command, input="\n".join(lines), text=True, check=True, capture_output=True)
