"""The kernel of one service, put together: what starts, what stops, and in which order."""

import asyncio
from collections.abc import Sequence

import asyncpg
import structlog
from faststream.kafka import KafkaBroker
from opentelemetry.trace import Tracer

from messaging.answers import Answers
from messaging.asks import Asks
from messaging.consumer import Consumer
from messaging.cycle import Cycle
from messaging.gauges import Gauges
from messaging.kinds import Service
from messaging.parking import Parking
from messaging.pressure import LONGEST_SECONDS, MOST_WAITING, Pressure
from messaging.reminders import REMINDERS, Reminders
from messaging.requests import Requests
from messaging.tracing import OFF

log = structlog.get_logger("messaging")

PARKED_ALARM_SECONDS = 900.0


class Kernel:
    """Consumes, asks, reminds and answers requests for one service, until stopped."""

    # None before the start.
    _measuring: Sequence[asyncio.Task[None]] = ()
    _tasks: Sequence[asyncio.Task[None]] = ()

    def __init__(
        self,
        service: Service,
        *,
        pool: asyncpg.Pool,
        broker: KafkaBroker,
        fetch_max_wait_ms: int = 500,
        session_ms: int = 10_000,
        topic_prefix: str = "",
        parked_alarm_seconds: float = PARKED_ALARM_SECONDS,
        requests_waiting_most: int = MOST_WAITING,
        requests_wait_seconds: float = LONGEST_SECONDS,
        tracer: Tracer = OFF,
    ) -> None:
        self.service = service
        self.cycle = Cycle(service, pool, tracer)
        self.consumer = Consumer(
            self.cycle,
            broker,
            fetch_max_wait_ms=fetch_max_wait_ms,
            session_ms=session_ms,
            topic_prefix=topic_prefix,
        )
        self.parking = Parking(self.cycle)
        self._answers = Answers(self.cycle)
        self.asks = [Asks(self.cycle, target, self._answers) for target in service.targets]
        self._broker = broker
        pressure = Pressure(service=service.name, most=requests_waiting_most, seconds=requests_wait_seconds)
        self._requests = Requests(self.cycle, pressure)
        self.reminders = Reminders(self.cycle)
        self._gauges = Gauges(
            service=service.name,
            pool=pool,
            lags=self.consumer.lags,
            parked_alarm_seconds=parked_alarm_seconds,
        )
        self.request = self._requests.request
        self.check_pressure = pressure.check
        self.cycle.on_due = self._wake

    async def start(self) -> None:
        workers = [self.reminders.run(), *(asks.run() for asks in self.asks)]
        self._measuring = [asyncio.create_task(self._gauges.loop.run())]
        self._tasks = [*self._measuring, *map(asyncio.create_task, workers)]
        self.consumer.start()
        await self._broker.start()
        log.info(
            "kernel_started", topics=self.consumer.topics, targets=[a.name for a in self.service.targets]
        )

    async def stop(self) -> None:
        """Finishes the batch and the calls under way, gives back leases, leaves the consumer group."""
        self.consumer.stop()
        self._answers.stopping = True
        self._gauges.loop.stop()
        # It measures through the consumer, which is closed next.
        await asyncio.gather(*self._measuring, return_exceptions=True)
        try:
            await self._broker.stop()
        finally:  # a broker that is gone keeps nobody from giving back leases
            for loop in (self.reminders.loop, *(asks.loop for asks in self.asks)):
                loop.stop()
            await asyncio.gather(*self._tasks, return_exceptions=True)
            await self._requests.drain()
        log.info("kernel_stopped")

    def failures(self) -> Sequence[BaseException]:
        """Workers that ended with a bug: the service is not alive any more."""
        ended = [task for task in self._tasks if task.done() and not task.cancelled()]
        return [error for task in ended if (error := task.exception()) is not None]

    def _wake(self, targets: set[str]) -> None:
        """Work was made for these targets; reminders have none."""
        if REMINDERS in targets:
            self.reminders.loop.wake()
        for asks in self.asks:
            if asks.target in targets:
                asks.loop.wake()
