"""Puts one service together from its blueprint: what starts in which order, and stops in the reverse one."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from functools import partial
from importlib.resources import files
from os import getpid
from pathlib import Path
from socket import gethostname
from typing import Generic, TypeVar

import httpx2
from fastapi import APIRouter, FastAPI
from fastapi.telemetry import TelemetryConfig

import contracts
from chassis import ops
from chassis.auth import Authenticator
from chassis.certificates import ends_of, none_has_ended
from chassis.conditions import cares_of, kernel_polls, needs_of, relay_turns
from chassis.database import Pool, open_pool
from chassis.health import health_routes
from chassis.http import App
from chassis.kafka import kafka_broker, start_producer, wait_for_broker
from chassis.leadership import no_other_leads
from chassis.migrations import Migration, NewerDatabaseError, migrate, migrations_of, none_is_pending
from chassis.problems import add_problem_handlers
from chassis.settings import ServiceSettings
from chassis.signing_keys import SigningKeys
from chassis.tracing import Traces, open_traces
from chassis.watching import Watch, watching
from chassis.words import Words
from messaging import Kernel, Relay, Retention, Service

S = TypeVar("S", bound=ServiceSettings)

CALL_SECONDS = 10.0
#: FastAPI's own spans would hold paths and queries, which may carry a person's data.
NO_TELEMETRY: TelemetryConfig = {"tracing": False, "metrics": False, "logs": False, "auto_configure": False}


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts(Generic[S]):
    """What the chassis has opened before a service's own parts are put together."""

    settings: S
    pool: Pool
    http: httpx2.AsyncClient  # for calls out; a target sets its own timeouts
    traces: Traces
    words: Words  # the chassis' sentences and those in the package's folder `words`
    closing: AsyncExitStack  # takes what the service opens itself; closed after the kernel has stopped


def _attach_nothing(app: FastAPI, parts: Parts[S]) -> None:
    del app, parts


@dataclass(frozen=True, slots=True, kw_only=True)
class Blueprint(Generic[S]):
    """A service as its `app.py` describes it."""

    name: str  # as in topics, groups, logs: "integration-support"
    package: str  # as imported: "integration_support"
    settings: type[S]
    service: Callable[[Parts[S]], Service]  # the table of `consumers.py`, with its targets
    routes: Sequence[APIRouter] = ()
    attach: Callable[[FastAPI, Parts[S]], None] = _attach_nothing  # fills `app.state`; the kernel is there

    @property
    def migrations(self) -> list[Migration]:
        """The kernel's tables first, then the service's own."""
        return [*migrations_of("messaging"), *migrations_of(self.package)]

    @property
    def words(self) -> Words:
        own = Path(str(files(self.package))) / "words"
        return Words(Path(__file__).parent / "language", *([own] if own.is_dir() else []))

    @property
    def told_topics(self) -> list[str]:
        """The topics named after this service (`integration.plans.v1` is of integration-support)."""
        return [topic for topic in contracts.topics() if topic.split(".")[0] == self.name.split("-")[0]]


@asynccontextmanager
async def started(blueprint: Blueprint[S], settings: S) -> AsyncIterator[FastAPI]:
    """The whole service, running but for its HTTP port; `app.state.kernel` takes requests."""
    async with _opened(blueprint, settings, "serve") as parts:
        await wait_for_broker(settings)
        kernel = Kernel(
            blueprint.service(parts),
            pool=parts.pool,
            broker=kafka_broker(settings),
            fetch_max_wait_ms=settings.kafka_fetch_max_wait_ms,
            session_ms=settings.kafka_session_ms,
            topic_prefix=settings.kafka_topic_prefix,
            parked_alarm_seconds=settings.parked_alarm_seconds,
            requests_waiting_most=settings.requests_waiting_most,
            requests_wait_seconds=settings.requests_wait_seconds,
            tracer=parts.traces.tracer,
        )
        app = make_app(blueprint, parts, kernel)
        watch = Watch(
            blueprint.name, needs=app.state.needs, cares=cares_of(settings, parts.pool, parts.traces)
        )
        try:
            await kernel.start()
            async with watching(watch, every_seconds=settings.watch_seconds):
                yield app
        finally:
            await kernel.stop()


def make_app(blueprint: Blueprint[S], parts: Parts[S], kernel: Kernel) -> FastAPI:
    """The service's HTTP face. Every route but health and metrics asks for a scope (`auth.requires`)."""
    settings = parts.settings
    app = _bare_app(blueprint, parts)
    keys = SigningKeys(str(settings.oidc_jwks_url), parts.http)
    app.state.authenticator = Authenticator(
        keys, issuer=settings.oidc_issuer, audience=settings.oidc_audience
    )
    app.state.kernel = kernel
    app.state.pool = parts.pool
    app.state.needs = needs_of(
        settings,
        parts.pool,
        blueprint.migrations,
        topics=[*kernel.consumer.topics, *_told(blueprint, settings)],
        group=settings.kafka_topic_prefix + kernel.service.name,
    )
    app.include_router(health_routes({"poll": kernel_polls(kernel, settings)}, app.state.needs))
    for router in (ops.router, *blueprint.routes):
        app.include_router(router)
    blueprint.attach(app, parts)
    return app


@asynccontextmanager
async def relay_started(
    blueprint: Blueprint[S], settings: S
) -> AsyncIterator[tuple[FastAPI, Relay, Retention]]:
    """The service's relay and its retention, to be run by the caller, and an app with health and numbers."""
    async with _opened(blueprint, settings, "relay") as parts:
        relay = Relay(
            service=blueprint.name,
            pool=parts.pool,
            producer=partial(start_producer, settings),
            topic_prefix=settings.kafka_topic_prefix,
            tracer=parts.traces.tracer,
        )
        retention = Retention(
            service=blueprint.name,
            pool=parts.pool,
            keep=settings.keep,
            leads=lambda: relay.leads,
            seconds_to_night=partial(settings.seconds_to_sweep, settings.zone),
        )
        app = _bare_app(blueprint, parts)
        topics = _told(blueprint, settings)
        needs = needs_of(settings, parts.pool, blueprint.migrations, topics=topics)
        app.include_router(health_routes({"relay": relay_turns(relay, settings)}, needs))
        cares = {**cares_of(settings, parts.pool, parts.traces), "leadership": no_other_leads(parts.pool)}
        watch = Watch(blueprint.name, needs=needs, cares=cares)
        async with watching(watch, every_seconds=settings.watch_seconds):
            yield app, relay, retention


@asynccontextmanager
async def _opened(blueprint: Blueprint[S], settings: S, command: str) -> AsyncIterator[Parts[S]]:
    none_has_ended(ends_of(settings))
    process = process_name(blueprint.name, command)
    async with AsyncExitStack() as closing:
        traces = await closing.enter_async_context(
            open_traces(settings.traces_url, service=blueprint.name, process=process)
        )
        pool = await closing.enter_async_context(open_pool(settings, application_name=process))
        if settings.migrate_at_start:
            await migrate_with(pool, blueprint)
        else:
            await _refuse_older(pool, blueprint)
        http = await closing.enter_async_context(httpx2.AsyncClient(timeout=CALL_SECONDS))
        yield Parts(
            settings=settings, pool=pool, http=http, traces=traces, words=blueprint.words, closing=closing
        )


async def migrate_with(pool: Pool, blueprint: Blueprint[S]) -> list[Migration]:
    """Applies what is missing of the kernel's and the service's migrations."""
    async with pool.acquire() as connection:
        return await migrate(connection, blueprint.migrations)


async def _refuse_older(pool: Pool, blueprint: Blueprint[S]) -> None:
    """A newer one is worked with: the next release may be on its way, which only adds. Readiness tells."""
    async with pool.acquire() as connection:
        with suppress(NewerDatabaseError):
            await none_is_pending(connection, blueprint.migrations)


def process_name(service: str, command: str) -> str:
    """Of one process, as Postgres knows its sessions: who holds a lock, and where."""
    return f"{service} {command} {gethostname()}:{getpid()}"


def _told(blueprint: Blueprint[S], settings: S) -> list[str]:
    return [settings.kafka_topic_prefix + topic for topic in blueprint.told_topics]


def _bare_app(blueprint: Blueprint[S], parts: Parts[S]) -> FastAPI:
    app = App(
        title=blueprint.name,
        openapi_url="/openapi.json" if parts.settings.http_docs else None,
        telemetry=NO_TELEMETRY,
        max_body_size=parts.settings.http_body_limit_bytes,
    )
    app.tracer = parts.traces.tracer
    app.state.words = parts.words
    add_problem_handlers(app)
    return app
