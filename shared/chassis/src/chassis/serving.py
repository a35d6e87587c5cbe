"""Answers HTTP until somebody says stop, or until a worker beside it has failed."""

import asyncio
import signal
import socket
from collections.abc import Callable, Sequence

import structlog
import uvicorn
from starlette.types import ASGIApp

from chassis.settings import ServiceSettings

log = structlog.get_logger()

WATCH_SECONDS = 0.5

#: Errors that ended a worker; none while all is well.
Failures = Callable[[], Sequence[BaseException]]


async def serve_http(app: ASGIApp, settings: ServiceSettings, *, failures: Failures) -> bool:
    """Listens until SIGTERM or SIGINT, then lets requests finish. False when a worker's failure ended it."""
    config = uvicorn.Config(
        app,
        host=settings.http_host,
        port=settings.http_port,
        loop="none",
        http="httptools",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=settings.stop_seconds,
    )
    server = uvicorn.Server(config)
    # uvicorn takes the signals over and raises them again when it has stopped: what is left to stop after
    # it must not be killed by them.
    for stop in (signal.SIGTERM, signal.SIGINT):
        signal.signal(stop, signal.SIG_IGN)
    listener = config.bind_socket()
    watch = asyncio.create_task(_watch(server, failures))
    _tell_where(listener)
    try:
        await server.serve(sockets=[listener])
    finally:
        watch.cancel()
        listener.close()
    return not failures()


async def _watch(server: uvicorn.Server, failures: Failures) -> None:
    while not (failed := failures()):  # noqa: ASYNC110 - a worker that dies rings no bell
        await asyncio.sleep(WATCH_SECONDS)
    for error in failed:
        log.error("worker_failed", exc_info=error)
    server.should_exit = True  # half a service is worse than none: whoever watches us starts us anew


def _tell_where(listener: socket.socket) -> None:
    host, port = listener.getsockname()[:2]
    log.info("http_listens", host=host, port=port)
