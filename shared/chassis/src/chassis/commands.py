"""What `python -m <service>` understands: serve, relay, migrate, settings."""

import argparse
import asyncio
import sys
from collections.abc import Callable, Coroutine, Sequence
from typing import Any

import structlog
import uvloop

from chassis import collector
from chassis.database import open_pool
from chassis.logs import configure_logs
from chassis.remedies import remedy_of, said
from chassis.service import Blueprint, S, migrate_with, process_name, relay_started, started
from chassis.serving import serve_http
from chassis.settings import load_settings, settings_table

log = structlog.get_logger()


def run(blueprint: Blueprint[S], arguments: Sequence[str] | None = None) -> None:
    """The entry of a service's `__main__.py`. Exit codes: 0 stopped, 1 failed, 2 wrong settings or usage."""
    command = _asked_for(blueprint.name, arguments)
    if command == "settings":
        sys.stdout.write(settings_table(blueprint.settings))
        return
    settings = load_settings(blueprint.settings)
    lines = configure_logs(blueprint.name, log_format=settings.log_format, level=settings.log_level)
    try:
        well = _carry_out(_COMMANDS[command](blueprint, settings))
    finally:
        lines.flush()
    raise SystemExit(0 if well else 1)


async def _serve(blueprint: Blueprint[S], settings: S) -> bool:
    async with started(blueprint, settings) as app:
        collector.calm()
        return await serve_http(app, settings, failures=app.state.kernel.failures)


async def _relay(blueprint: Blueprint[S], settings: S) -> bool:
    async with relay_started(blueprint, settings) as (app, relay, retention):
        workers = [asyncio.create_task(relay.run()), asyncio.create_task(retention.loop.run())]

        def failures() -> list[BaseException]:
            ended = [worker.exception() for worker in workers if worker.done()]
            return [error for error in ended if error]

        collector.calm()
        well = await serve_http(app, settings, failures=failures)
        for loop in (relay.loop, retention.loop):
            loop.stop()
        await asyncio.wait(workers)
        return well


async def _migrate(blueprint: Blueprint[S], settings: S) -> bool:
    async with open_pool(settings, application_name=process_name(blueprint.name, "migrate")) as pool:
        applied = await migrate_with(pool, blueprint)
    log.info("migrations_done", applied=len(applied))
    return True


_COMMANDS: dict[str, Callable[[Any, Any], Coroutine[Any, Any, bool]]] = {
    "serve": _serve,
    "relay": _relay,
    "migrate": _migrate,
}


def _carry_out(command: Coroutine[Any, Any, bool]) -> bool:
    try:
        return uvloop.run(command)
    except KeyboardInterrupt:
        log.info("start_interrupted")
    except Exception as error:
        _tell_why(error)
    return False


def _tell_why(error: Exception) -> None:
    known = remedy_of(error)
    if known is None:
        log.error("service_failed", exc_info=error)
    else:
        log.error("start_refused", reason=known.reason, found=said(error), remedy=known.remedy)


def _asked_for(name: str, arguments: Sequence[str] | None) -> str:
    parser = argparse.ArgumentParser(prog=name, description=f"The service {name} of Qonys.")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("serve", help="answer HTTP, consume topics, make calls, keep reminders")
    commands.add_parser("relay", help="tell on topics what the outbox holds")
    commands.add_parser("migrate", help="bring the database to the shape of this version")
    commands.add_parser("settings", help="print all settings as a table")
    command: str = parser.parse_args(arguments).command
    return command
