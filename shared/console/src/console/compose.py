"""What docker compose runs of a stack: as docker tells it, else found by the ports that are published."""

import json
import os
import subprocess
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any

import httpx2

from console.layout import SERVICES, Stack

PROJECT = "qonys"  # as docker-compose.yml names it
DOCKER_SECONDS, ANSWER_SECONDS = 20.0, 2.0
#: Who may have several instances: each takes one of so many ports in a row.
PORTS_IN_A_ROW = {"verification": 10}
EXPECTED = ("postgres", "kafka", *SERVICES, *(f"{name}-relay" for name in SERVICES))
ONCE = ("-migrate", "-setup")  # these end by themselves


@dataclass(frozen=True, slots=True, kw_only=True)
class Container:
    """One that should run all the time."""

    name: str  # that of its service, with a number from the second instance on
    service: str
    state: str  # `ready`, `down`, or docker's word for what is between
    port: int | None = None  # published on this machine


def containers(stack: Stack) -> list[Container]:
    """All of the stack, also those that are missing; without docker, services only."""
    return read(_told_by_docker(), ports=stack.ports.values()) or _by_ports(stack)


def reachable(stack: Stack) -> Stack:
    """The stack with the ports at which services answer: an instance made anew may have left the first."""
    ports = {name: found[0] for name in PORTS_IN_A_ROW if (found := _answering(stack, name))}
    return replace(stack, ports={**stack.ports, **ports})


def read(told: str, *, ports: Collection[int]) -> list[Container]:
    """`told`: what `docker compose ps --all --format json` says, an object a line or (before 2.21) one list.
    Empty when it is of another stack: none of its containers publishes one of these ports."""
    rows = [row for line in told.splitlines() for row in _rows(json.loads(line))]
    if not any(port in ports for row in rows for port in _published(row)):
        return []
    found = [_container(row) for row in rows if not row["Service"].endswith(ONCE)]
    there = {one.service for one in found}
    return found + [
        Container(name=name, service=name, state="down") for name in EXPECTED if name not in there
    ]


def _rows(line: Any) -> list[Mapping[str, Any]]:
    return line if isinstance(line, list) else [line]


def _container(row: Mapping[str, Any]) -> Container:
    service, number = row["Service"], row["Name"].rpartition("-")[2]
    return Container(
        name=service if number == "1" else f"{service}-{number}",
        service=service,
        state=_state(row),
        port=next(iter(_published(row)), None),
    )


def _state(row: Mapping[str, Any]) -> str:
    if row["State"] in ("exited", "dead"):
        return "down"
    health = {"healthy": "ready", "": row["State"]}
    return str(health.get(row["Health"], row["Health"]))


def _published(row: Mapping[str, Any]) -> list[int]:
    return [one["PublishedPort"] for one in row["Publishers"] or () if one["PublishedPort"]]


def _told_by_docker() -> str:
    """Nothing where docker is not, or does not answer."""
    project = os.environ.get("COMPOSE_PROJECT_NAME") or PROJECT
    command = ["docker", "compose", "--project-name", project, "ps", "--all", "--format", "json"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=DOCKER_SECONDS)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout if done.returncode == 0 else ""


def _by_ports(stack: Stack) -> list[Container]:
    return [
        Container(name=name if number == 1 else f"{name}-{number}", service=name, state="ready", port=port)
        for name in SERVICES
        for number, port in enumerate(_answering(stack, name) or [stack.ports[name]], start=1)
    ]


def _answering(stack: Stack, service: str) -> list[int]:
    first = stack.ports[service]
    return [port for port in range(first, first + PORTS_IN_A_ROW.get(service, 1)) if _answers(port)]


def _answers(port: int) -> bool:
    try:
        httpx2.get(f"http://127.0.0.1:{port}/health/ready", timeout=ANSWER_SECONDS)
    except httpx2.TransportError:
        return False
    return True
