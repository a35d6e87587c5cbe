"""One drill: a crowd is on its way, an accident happens, everything settles, the audit has the last word."""

import asyncio
import shutil
import time
import traceback
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

from console.audit.conservation import audit
from console.audit.settled import in_words, settle
from console.audit.sources import UnreadableSourceError
from console.drills.accidents.accident import Accident, Look, NotHereError
from console.drills.findings import Column, Findings
from console.drills.promises import broken_promises, unfinished
from console.drills.recovery import overcome
from console.drills.scene import Scale, Scene, staged

LOOK_SECONDS = 0.5
SETTLED_SECONDS = 900.0
OVERCOME_SECONDS = 600.0
FINISHED_SECONDS = 120.0  # after nothing is on its way any more

#: Told what happens now, and how many of the crowd have applied.
Say = Callable[[str, int], None]


@dataclass(slots=True, kw_only=True)
class Drilled:
    """How a drill ended. `not_tried`: why this machine did not let the accident happen."""

    name: str
    says: str
    families: int = 0
    applied_meanwhile: int = 0  # while the accident lasted
    turned_away: int = 0  # times that somebody had to come again
    settled: int = 0  # families that got to their last service
    accident_seconds: float = 0.0
    recover_seconds: float | None = None
    lost: int = 0
    doubled: int = 0
    out_of_order: int = 0
    other: int = 0
    wrong: Sequence[str] = ()
    notes: Sequence[str] = ()
    not_tried: str | None = None

    def take(self, findings: Findings) -> None:
        counts = findings.counts
        self.lost, self.doubled = counts[Column.LOST], counts[Column.DOUBLED]
        self.out_of_order, self.other = counts[Column.DISORDERED], counts[Column.OTHER]
        self.wrong, self.notes = findings.wrong, findings.notes


async def drill(name: str, accident: Accident, *, folder: Path, scale: Scale, say: Say) -> Drilled:
    """On a stack of its own in `folder`. What goes wrong, an accident that fails among it, is said in what is
    returned; the logs of a drill with faults stay in `folder`."""
    findings, logs = Findings(), folder / f"{name}-logs"
    drilled = Drilled(name=name, says=accident.says)
    say("starting a stack on Apache Kafka", 0)
    try:
        async with staged(folder / name, scale, findings, logs=logs) as scene:
            await _Course(scene, accident, drilled, say).run()
    except NotHereError as missing:
        drilled.not_tried = str(missing)
    except Exception as error:  # the other drills go on
        findings.fault(f"the drill itself failed: {_in_words(error)}")
        logs.mkdir(parents=True, exist_ok=True)
        (logs / "drill.log").write_text("".join(traceback.format_exception(error)))
    drilled.take(findings)
    if not drilled.wrong:
        shutil.rmtree(logs, ignore_errors=True)
    return drilled


@dataclass
class _Course:
    """From the first family to the audit."""

    scene: Scene
    accident: Accident
    drilled: Drilled
    say: Say
    now: str = field(default="before anybody comes", init=False)

    async def run(self) -> None:
        crowd, findings = self.scene.crowd, self.scene.findings
        async with self._telling():
            await self.accident.before(self.scene)
            self.now = "families apply"
            coming = asyncio.create_task(crowd.come())
            try:
                await crowd.have_applied(crowd.wanted * self.accident.share)
                look = await self._befall()
                crowd.enough.set()
                await asyncio.gather(coming, self._overcome())
            finally:
                coming.cancel()
            await self._end(look)
        self.drilled.families, self.drilled.turned_away = crowd.applied, crowd.turned_away
        self.drilled.settled = crowd.news.count("settled")
        findings.must(self.drilled.settled, "no family got to its last service")

    async def _befall(self) -> Look | None:
        crowd, drilled = self.scene.crowd, self.drilled
        self.now = self.accident.says
        applied, turned_away, began = crowd.applied, crowd.turned_away, time.monotonic()
        look = await self.accident.happen(self.scene)
        drilled.accident_seconds = time.monotonic() - began
        drilled.applied_meanwhile = crowd.applied - applied
        came = drilled.applied_meanwhile + crowd.turned_away - turned_away
        self.scene.findings.must(came, "nobody was applying while it happened")
        return look

    async def _overcome(self) -> None:
        began = time.monotonic()
        self.now = "recovering"
        try:
            async with asyncio.timeout(OVERCOME_SECONDS):
                await overcome(self.scene)
        except TimeoutError:
            self.scene.findings.fault(f"not overcome after {OVERCOME_SECONDS:.0f} s")
            return
        self.drilled.recover_seconds = time.monotonic() - began
        self.now = "families go on"

    async def _end(self, look: Look | None) -> None:
        scene, findings = self.scene, self.scene.findings
        await self._rest()
        if look is not None:
            self.now = "looking at what it left"
            await look()
            await self._rest()
        await self._finished()
        self.now = "auditing"
        for fault in scene.crowd.faults:
            findings.fault(fault)
        for broken in await broken_promises(scene.sources.dsns, scene.crowd.promised):
            findings.fault(broken, Column.LOST)
        promised = [UUID(application) for application in scene.crowd.promised]
        findings.take(await audit(scene.sources, promised=promised), foreign=scene.foreign)

    async def _rest(self) -> None:
        """Until nothing is on its way and no family has anything to do."""
        crowd = self.scene.crowd
        acts = None
        while acts != crowd.acts or crowd.acting:
            acts = crowd.acts
            try:
                await settle(self.scene.sources, seconds=SETTLED_SECONDS, say=self._settling)
            except UnreadableSourceError as error:
                self.scene.findings.fault(str(error))
                return
            await crowd.news.looked()

    def _settling(self, left: Mapping[str, int]) -> None:
        self.now = f"settling: {in_words(left)}"

    async def _finished(self) -> None:
        """Registers that were silent are asked again after a while, and providers take their time; whoever
        still waits for them then is lost."""
        with suppress(TimeoutError):
            async with asyncio.timeout(FINISHED_SECONDS):
                while await unfinished(self.scene.sources.dsns, self.scene.crowd.promised):  # noqa: ASYNC110
                    await asyncio.sleep(LOOK_SECONDS)
        await self._rest()

    @asynccontextmanager
    async def _telling(self) -> AsyncIterator[None]:
        """Says twice a second how far it is."""

        async def tell() -> None:
            while True:
                self.say(self.now, self.scene.crowd.applied)
                await asyncio.sleep(LOOK_SECONDS)

        telling = asyncio.create_task(tell())
        try:
            yield
        finally:
            telling.cancel()


def _in_words(error: BaseException) -> str:
    """Of a group, each error in it."""
    if isinstance(error, BaseExceptionGroup):
        return "; ".join(_in_words(one) for one in error.exceptions)
    return f"{type(error).__name__}: {error}".rstrip(": ")
