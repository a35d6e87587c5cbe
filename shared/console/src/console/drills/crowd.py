"""Families on their way while an accident happens. Whoever is turned away comes again, as people do."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from functools import partial
from typing import TypeVar

import httpx2

from console.citizen import Citizen
from console.doors import Doors, doors
from console.drills.fates import TOLD, Household, household
from console.drills.news import News
from console.environment import package
from console.errors import PlainError
from console.layout import Stack
from contracts import spec_of
from contracts.intake import ApplicationSubmitted
from sandbox.scenarios import PaperFile, Scenario

AT_ONCE = 24  # at intake's door
AGAIN_SECONDS = 0.5
PATIENCE_SECONDS = 300.0  # of one family, turned away again and again
TRICKLE_SECONDS = 0.5

T = TypeVar("T")


class Crowd:
    """`wanted` families come as fast as intake takes them; after those, two a second until it is `enough`."""

    def __init__(self, opened: Doors, news: News, *, wanted: int) -> None:
        self.wanted = wanted
        self.news = news
        self.enough = asyncio.Event()
        #: Application id → the events whose telling intake has acknowledged to the citizen.
        self.promised: dict[str, set[str]] = {}
        self.turned_away = 0
        self.acts = 0  # begun, after an application
        self.faults: list[str] = []
        self._doors = opened
        self._tasks: list[asyncio.Task[None]] = []
        self._door = asyncio.Semaphore(AT_ONCE)
        self._acted = 0
        self._heard = 0  # those whose application has come to an end, a good one or not
        self._progress = asyncio.Condition()

    @property
    def applied(self) -> int:
        return len(self.promised)

    @property
    def acting(self) -> int:
        """Acts that are begun and not answered yet."""
        return self.acts - self._acted

    async def come(self) -> None:
        """Returns when all who came have applied; then they go on by themselves."""
        for _ in range(self.wanted):
            self._send()
        await self.have_applied(self.wanted)
        while not self.enough.is_set():
            self._send()
            with suppress(TimeoutError):
                await asyncio.wait_for(self.enough.wait(), TRICKLE_SECONDS)
        await self.have_applied(len(self._tasks))

    async def have_applied(self, families: float) -> None:
        """Returns once so many have."""
        async with self._progress:
            await self._progress.wait_for(lambda: self._heard >= families)

    def disperse(self) -> None:
        """Nobody goes on."""
        for task in self._tasks:
            task.cancel()

    def _send(self) -> None:
        self._tasks.append(asyncio.create_task(self._live(len(self._tasks))))

    async def _live(self, number: int) -> None:
        try:
            family, citizen, application_id = await self._apply(number)
            await self._go_on(family, citizen, application_id)
        except Exception as error:  # the others go on
            self.faults.append(f"family {number} gave up: {type(error).__name__} {error}")

    async def _apply(self, number: int) -> tuple[Household, Citizen, str]:
        try:
            async with self._door:
                family = household(number)
                citizen, application_id = await self._persist(partial(self._tell, family))
            self.promised[application_id] = {spec_of(ApplicationSubmitted).type}
        finally:
            async with self._progress:
                self._heard += 1
                self._progress.notify_all()
        return family, citizen, application_id

    async def _go_on(self, family: Household, citizen: Citizen, application_id: str) -> None:
        for act in family.acts:
            if act.when:
                await self.news.reaches(application_id, act.when)
            acting = partial(citizen.act, application_id, act, key=f"{family.name}-{act.act}")
            self.acts += 1
            try:
                async with self._door:
                    await self._persist(acting)
            finally:
                self._acted += 1
            self.promised[application_id].add(spec_of(TOLD[act.act]).type)

    async def _tell(self, family: Household) -> tuple[Citizen, str]:
        await self._doors.world.learn(family.scenario.truth)
        citizen = await self._doors.citizen(family.name, scan=_one_for_all)
        return citizen, await citizen.apply(family.scenario, key=family.name)

    async def _persist(self, ask: Callable[[], Awaitable[T]]) -> T:
        """Under the same key it is done once, however often it is asked for."""
        refusal: Exception | None = None
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                while True:
                    try:
                        return await ask()
                    except (PlainError, httpx2.HTTPError) as error:
                        refusal = error
                        self.turned_away += 1
                    await asyncio.sleep(AGAIN_SECONDS)
        except TimeoutError:
            raise TimeoutError(f"for {PATIENCE_SECONDS:.0f} s ({refusal})") from refusal


@asynccontextmanager
async def gathered(stack: Stack, *, wanted: int) -> AsyncIterator[Crowd]:
    """A crowd that comes to this stack as soon as `come` is called; it disperses at the end of the block."""
    async with AsyncExitStack() as ending:
        news = News(stack.dsn(package("intake")))
        looking = asyncio.create_task(news.run())
        ending.callback(looking.cancel)
        crowd = Crowd(await ending.enter_async_context(doors(stack)), news, wanted=wanted)
        ending.callback(crowd.disperse)
        yield crowd


def _one_for_all(scenario: Scenario, paper: PaperFile) -> bytes:
    """Drawing each paper anew would try the drawing."""
    if paper.kind not in _SCANS:
        _SCANS[paper.kind] = scenario.scan(paper)
    return _SCANS[paper.kind]


_SCANS: dict[str, bytes] = {}
