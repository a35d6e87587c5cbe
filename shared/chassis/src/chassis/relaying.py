"""The process of a service's relay: tells what the outbox holds, drops at night what is no longer needed.

It loads neither FastAPI nor FastStream, and is told nothing of the service's own: no key, no rule, no route.
"""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial

from starlette.applications import Starlette

from chassis import collector
from chassis.conditions import cares_of, needs_of
from chassis.ground import grounded, told_topics
from chassis.health import Pulse, health_routes
from chassis.identity import Identity
from chassis.kafka import start_producer
from chassis.leadership import no_other_leads
from chassis.serving import serve_http
from chassis.settings import ServiceSettings
from chassis.watching import Watch, watching
from messaging.relay import Relay
from messaging.retention import Retention


@dataclass(frozen=True, slots=True, kw_only=True)
class Relaying:
    """What is to be run, and the open routes: whether it lives and is ready, and its numbers."""

    relay: Relay
    retention: Retention
    app: Starlette


async def relay(identity: Identity, settings: ServiceSettings) -> bool:
    """Runs until somebody says stop. False when a failure ended it."""
    async with relay_started(identity, settings) as parts:
        loops = (parts.relay, parts.retention.loop)
        workers = [asyncio.create_task(loop.run()) for loop in loops]

        def failures() -> list[BaseException]:
            ended = [worker.exception() for worker in workers if worker.done()]
            return [error for error in ended if error]

        collector.calm()
        well = await serve_http(parts.app, settings, failures=failures)
        for loop in (parts.relay.loop, parts.retention.loop):
            loop.stop()
        await asyncio.wait(workers)
        return well


@asynccontextmanager
async def relay_started(identity: Identity, settings: ServiceSettings) -> AsyncIterator[Relaying]:
    """A relay with its retention on their ground, watched."""
    async with grounded(identity, settings, "relay") as ground:
        relay = Relay(
            service=identity.name,
            pool=ground.pool,
            producer=partial(start_producer, settings),
            topic_prefix=settings.kafka_topic_prefix,
            tracer=ground.traces.tracer,
        )
        retention = Retention(
            service=identity.name,
            pool=ground.pool,
            keep=settings.keep,
            leads=lambda: relay.leads,
            seconds_to_night=partial(settings.seconds_to_sweep, settings.zone),
        )
        topics = told_topics(identity, settings)
        needs = needs_of(settings, ground.pool, identity.migrations, topics=topics)
        cares = {
            **cares_of(settings, ground.pool, ground.traces),
            "leadership": no_other_leads(ground.pool),
        }
        watch = Watch(identity.name, needs=needs, cares=cares)
        async with watching(watch, every_seconds=settings.watch_seconds):
            routes = health_routes({"relay": _turns(relay, settings)}, needs)
            yield Relaying(relay=relay, retention=retention, app=Starlette(routes=routes))


def _turns(relay: Relay, settings: ServiceSettings) -> Pulse:
    return Pulse(
        age_seconds=lambda: time.monotonic() - relay.last_turn,
        limit_seconds=settings.poll_age_limit_seconds,
        excused=lambda: not relay.leads,  # it stands by, or its ground is gone
    )
