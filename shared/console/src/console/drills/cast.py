"""The processes of a drill's stack, and hands to do them harm."""

import asyncio
import os
import signal
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import httpx2
import psutil

from console import background
from console.layout import SERVICES, Stack
from console.parts import programs
from console.ports import free_port

READY_SECONDS = 90.0
LOOK_SECONDS = 0.1
SECOND = "-2"  # after the name of a second instance
RELAYS = tuple(f"{name}-relay" for name in SERVICES)
OURS = (*SERVICES, *RELAYS)
#: However long a register was silent, it is asked again soon: nobody waits hours for a drill.
PATIENCE = {"QONYS_SILENCE_LONGEST_SECONDS": "8"}


class Cast:
    """All that a stack runs beside Postgres and the broker; whoever dies is brought back."""

    def __init__(self, stack: Stack) -> None:
        self._stack = stack
        self._programs = {program.name: program for program in programs(stack)}
        self._tell("verification", PATIENCE)
        self._wanted: set[str] = set()

    def start(self, *names: str) -> None:
        """From now on these run, and are started again when they die."""
        for name in names:
            self._programs[name].start()
            self._wanted.add(name)

    async def watch(self) -> None:
        """Brings back who died, as a container engine would."""
        while True:
            for name in self._wanted:
                if not self._programs[name].running():
                    self._programs[name].start()
            await asyncio.sleep(LOOK_SECONDS)

    def take_away(self, *names: str) -> None:
        """Killed, and not brought back."""
        for name in names:
            self._wanted.discard(name)
            self.kill(name)

    def kill(self, name: str) -> None:
        """As `kill -9` does."""
        background.end(self._programs[name].record, hard=True)

    def freeze(self, name: str) -> None:
        os.kill(self.pid(name), signal.SIGSTOP)

    def thaw(self, name: str) -> None:
        os.kill(self.pid(name), signal.SIGCONT)

    def pid(self, name: str) -> int:
        """Raises ProcessLookupError when it does not run."""
        known = background.running(self._programs[name].record)
        if known is None:
            raise ProcessLookupError(f"{name} does not run")
        return known.pid

    def resident_bytes(self, name: str) -> int:
        return int(psutil.Process(self.pid(name)).memory_info().rss)

    def log(self, name: str) -> Path:
        return self._programs[name].log

    def second(self, name: str) -> str:
        """Another instance of a service, not started; its name."""
        other, port = name + SECOND, free_port()
        stack = replace(self._stack, ports={**self._stack.ports, other: port})
        self._programs[other] = replace(self._programs[name], stack=stack, name=other)
        self._tell(other, {"QONYS_HTTP_PORT": str(port)})
        return other

    def restart(self, name: str, told: Mapping[str, str]) -> None:
        """Killed, and brought back with these variables besides its own."""
        self.take_away(name)
        self._tell(name, told)
        self.start(name)

    async def ready(self, *names: str) -> None:
        """Returns when all our processes (or these) say that they are ready."""
        waited = [self._programs[name] for name in names or OURS]
        with httpx2.Client(timeout=5) as http:
            async with asyncio.timeout(READY_SECONDS):
                while any([await asyncio.to_thread(one.missing, http) for one in waited]):  # noqa: ASYNC110
                    await asyncio.sleep(LOOK_SECONDS)

    def end(self) -> None:
        for program in self._programs.values():
            background.end(program.record, hard=True)

    def _tell(self, name: str, told: Mapping[str, str]) -> None:
        program = self._programs[name]
        self._programs[name] = replace(program, environment={**program.environment, **told})
