"""Puts one service together from its blueprint: what starts in which order, and stops in the reverse one."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Generic

import httpx2
from fastapi import APIRouter, FastAPI
from fastapi.telemetry import TelemetryConfig

from chassis import collector, ops
from chassis.auth import Authenticator
from chassis.conditions import cares_of, needs_of
from chassis.database import Pool
from chassis.ground import Ground, grounded, told_topics
from chassis.health import LastPoll, Pulse, health_routes
from chassis.http import App
from chassis.identity import Identity
from chassis.kafka import wait_for_broker
from chassis.kafka_broker import kafka_broker
from chassis.problems import add_problem_handlers
from chassis.serving import serve_http
from chassis.settings import S, ServiceSettings
from chassis.signing_keys import SigningKeys
from chassis.tracing import Traces
from chassis.watching import Watch, watching
from chassis.words import Words
from messaging import Service
from messaging.kernel import Kernel

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

    identity: Identity
    settings: type[S]
    service: Callable[[Parts[S]], Service]  # the table of `consumers.py`, with its targets
    routes: Sequence[APIRouter] = ()
    attach: Callable[[FastAPI, Parts[S]], None] = _attach_nothing  # fills `app.state`; the kernel is there

    @property
    def name(self) -> str:
        return self.identity.name

    @property
    def words(self) -> Words:
        own = Path(str(files(self.identity.package))) / "words"
        return Words(Path(__file__).parent / "language", *([own] if own.is_dir() else []))


async def serve(blueprint: Blueprint[S], settings: S) -> bool:
    """Runs the service until somebody says stop. False when a failure ended it."""
    async with started(blueprint, settings) as app:
        collector.calm()
        return await serve_http(app, settings, failures=app.state.kernel.failures)


@asynccontextmanager
async def started(blueprint: Blueprint[S], settings: S) -> AsyncIterator[FastAPI]:
    """The whole service, running but for its HTTP port; `app.state.kernel` takes requests."""
    async with grounded(blueprint.identity, settings, "serve") as ground:
        parts = await _parts(blueprint, settings, ground)
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


async def _parts(blueprint: Blueprint[S], settings: S, ground: Ground) -> Parts[S]:
    http = await ground.closing.enter_async_context(httpx2.AsyncClient(timeout=CALL_SECONDS))
    return Parts(
        settings=settings,
        pool=ground.pool,
        http=http,
        traces=ground.traces,
        words=blueprint.words,
        closing=ground.closing,
    )


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
        blueprint.identity.migrations,
        topics=[*kernel.consumer.topics, *told_topics(blueprint.identity, settings)],
        group=settings.kafka_topic_prefix + kernel.service.name,
    )
    app.routes.extend(health_routes({"poll": _polls(kernel, settings)}, app.state.needs))
    for router in (ops.router, *blueprint.routes):
        app.include_router(router)
    blueprint.attach(app, parts)
    return app


def _polls(kernel: Kernel, settings: ServiceSettings) -> Pulse:
    return Pulse(
        age_seconds=LastPoll(kernel.consumer.seconds_since_poll),
        limit_seconds=settings.poll_age_limit_seconds,
        # While a batch waits for the database nothing is polled, and a restart would not mend that.
        excused=lambda: kernel.consumer.waits_for_ground,
    )


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
