"""A programme year: 10,000 families apply over twelve months under the real quotas, every act on its day.

A day lasts `DAY_SECONDS`; nobody waits for a day to be over, so a system that is too slow falls behind and
finishes later. What comes of a family is drawn beforehand: most have a diploma, some a forged one, some
none. Whoever finds the quota full waits, and goes on when somebody withdraws.
"""

import asyncio
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from random import Random
from typing import TypeVar

from rich.table import Table

from bench.citizens import News, answer, draft, listening, settle, submit, withdraw
from bench.people import Fate, application
from bench.section import Bound, Say, Section, cpu_words
from bench.stack import EVERYTHING, Cpu, Running, running
from contracts.verification import CertificateIssued, QuotaReserved, QuotaWaitlisted, VerificationCompleted

T = TypeVar("T")

FAMILIES = 10_000
DAYS = 365
DAY_SECONDS = 0.2
MOST_SECONDS = 120.0
#: Applications by month, in parts (ours): few in winter, most before and after the end of school.
MONTHS = (4, 5, 9, 12, 14, 13, 10, 9, 8, 7, 5, 4)
#: Where families want to go, by the quotas of 2026 for resettlers in people (data of the orders).
REGIONS = {
    "100000000": 275,
    "350000000": 37,
    "390000000": 485,
    "550000000": 1655,
    "590000000": 2820,
    "620000000": 125,
    "630000000": 600,
}
PEOPLE = {1: 10, 2: 15, 3: 25, 4: 25, 5: 15, 6: 10}
FATES = {Fate.SETTLES: 85, Fate.REFUSED: 10, Fate.BLOCKED: 5}
WITHDRAWING = 0.03  # of those who have a place
QUESTIONNAIRE_DAYS, HOUSING_DAYS = (1, 10), (10, 60)


@dataclass(frozen=True)
class Year:
    """Seconds until the last family had come to its end; what became of them; events; CPU seconds by part."""

    seconds: float
    outcomes: Mapping[str, int]
    events: int
    cpu: Cpu


@dataclass(frozen=True, slots=True)
class Life:
    """One family, as drawn: days are those of the year."""

    number: int
    day: int
    region: str
    people: int
    fate: Fate
    withdraws: bool
    questionnaire_after: int
    housing_after: int


def lives(families: int, seed: int = 2026) -> Sequence[Life]:
    """The same for the same seed, in the order of their days."""
    chance = Random(seed)
    months = chance.choices(range(12), MONTHS, k=families)
    days = sorted(int((month + chance.random()) * DAYS / 12) for month in months)
    return [
        Life(
            number=number,
            day=day,
            region=_drawn(chance, REGIONS),
            people=_drawn(chance, PEOPLE),
            fate=_drawn(chance, FATES),
            withdraws=chance.random() < WITHDRAWING,
            questionnaire_after=chance.randint(*QUESTIONNAIRE_DAYS),
            housing_after=chance.randint(*HOUSING_DAYS),
        )
        for number, day in enumerate(days)
    ]


async def section(folder: Path, say: Say) -> Section:
    found = await measure(folder)
    say(f"{FAMILIES:,} families in {found.seconds:.0f} s")
    table = Table("families", "seconds", "events", "what came of them", "CPU s", title="a programme year")
    outcomes = ", ".join(f"{count:,} {word}" for word, count in Counter(found.outcomes).most_common())
    spent = cpu_words(found.cpu, unit="s")
    table.add_row(f"{FAMILIES:,}", f"{found.seconds:.0f}", f"{found.events:,}", outcomes, spent)
    bound = Bound("a programme year, in seconds", found.seconds, MOST_SECONDS, less_is_better=True)
    return Section([table], [bound], asdict(found))


async def measure(folder: Path, *, families: int = FAMILIES) -> Year:
    async with running(folder, *EVERYTHING) as stack, listening(stack.stack.broker.servers) as news:
        town, before, began = Town(stack, news), stack.cpu(), time.perf_counter()
        await town.live_through(lives(families))
        seconds, after = time.perf_counter() - began, stack.cpu()
        events = await stack.events()
    return Year(seconds, dict(town.outcomes), events, {name: after[name] - before[name] for name in after})


class Town:
    """Everybody who applies in this year."""

    def __init__(self, stack: Running, news: News) -> None:
        self._intake, self._news = stack.intake, news
        self._began = time.perf_counter()
        self._waiting: set[int] = set()
        self.outcomes: Counter[str] = Counter()

    async def live_through(self, families: Sequence[Life]) -> None:
        """Returns when all have come to an end, or wait for places that nobody gives back any more."""
        tasks = [asyncio.create_task(self._live(life)) for life in families]
        while sum(not task.done() for task in tasks) > len(self._waiting):  # noqa: ASYNC110
            await asyncio.sleep(DAY_SECONDS)
        for task in tasks:
            task.cancel() if not task.done() else task.result()
        self.outcomes["waits"] = len(self._waiting)

    async def _live(self, life: Life) -> None:
        self.outcomes[await self._end_of(life)] += 1

    async def _end_of(self, life: Life) -> str:
        await self._until(life.day)
        body = application(life.number, people=life.people, fate=life.fate, to=life.region)
        family = await draft(self._intake, body, key=f"d{life.number}")
        await submit(self._intake, family)
        await self._news.of(family, VerificationCompleted)
        if life.fate is not Fate.SETTLES:
            return life.fate.value
        await self._news.of(family, QuotaReserved, QuotaWaitlisted)
        await self._until(self._today + life.questionnaire_after)
        await answer(self._intake, family)
        self._waiting.add(life.number)
        await self._news.of(family, CertificateIssued)
        self._waiting.discard(life.number)
        await self._until(self._today + life.housing_after)
        if life.withdraws:
            await withdraw(self._intake, family)
            return "withdrew"
        await settle(self._intake, family, self._news, region=life.region)
        return "settled"

    @property
    def _today(self) -> int:
        return int((time.perf_counter() - self._began) / DAY_SECONDS)

    async def _until(self, day: int) -> None:
        await asyncio.sleep(max(0.0, self._began + day * DAY_SECONDS - time.perf_counter()))


def _drawn(chance: Random, parts: Mapping[T, int]) -> T:
    return chance.choices(list(parts), list(parts.values()))[0]
