"""What a command of a service has around it: settings and logs before it, its end in plain words."""

from collections.abc import Callable, Coroutine
from typing import Any, NoReturn

import structlog
import uvloop

from chassis.database import open_pool
from chassis.ground import migrate_with, process_name
from chassis.identity import Identity
from chassis.logs import configure_logs
from chassis.remedies import remedy_of, said
from chassis.settings import S, ServiceSettings, load_settings

log = structlog.get_logger()


def carry_out(name: str, settings: type[S], command: Callable[[S], Coroutine[Any, Any, bool]]) -> NoReturn:
    """Runs a command that says whether it ended well. Exit codes: 0 stopped, 1 failed, 2 wrong settings."""
    told = load_settings(settings)
    lines = configure_logs(name, log_format=told.log_format, level=told.log_level)
    try:
        well = _ended_well(command(told))
    finally:
        lines.flush()
    raise SystemExit(0 if well else 1)


async def migrate(identity: Identity, settings: ServiceSettings) -> bool:
    """Brings the database to the shape of this version."""
    process = process_name(identity.name, "migrate")
    async with open_pool(settings, application_name=process) as pool:
        applied = await migrate_with(pool, identity.migrations)
    log.info("migrations_done", applied=len(applied))
    return True


def _ended_well(command: Coroutine[Any, Any, bool]) -> bool:
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
