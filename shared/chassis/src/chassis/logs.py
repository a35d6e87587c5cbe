"""One JSON line on stdout for each thing that happened, or a readable line on a terminal.

What libraries say through stdlib logging leaves by the same door, as `library_said`.
"""

import logging
import os
import sys
from collections.abc import MutableMapping
from typing import Any, cast

import orjson
import structlog
from prometheus_client import Counter
from structlog.typing import EventDict, Processor, WrappedLogger

from chassis.line_writer import LineWriter
from chassis.remedies import Remedy, remedy_for, remedy_named, remedy_of
from chassis.settings import LogFormat, LogLevel
from chassis.tracebacks import without_people

#: Their lines at `info` are chatter for each connection or poll.
QUIET_LIBRARIES = ("aiokafka", "asyncio", "asyncpg", "faststream", "httpcore2", "httpx2", "uvicorn")

DROPPED = Counter("qonys_log_lines_dropped_total", "Log lines that nobody read", ["service"])


def configure_logs(
    service: str,
    *,
    log_format: LogFormat = LogFormat.AUTO,
    level: LogLevel = LogLevel.INFO,
    stream: int | None = None,
) -> LineWriter:
    """Sets structlog and stdlib logging up, once for a process; `stream` is a file descriptor (stdout)."""
    descriptor = sys.stdout.fileno() if stream is None else stream
    readable = _readable(log_format, descriptor)
    writer = LineWriter(
        descriptor, dropped_line=lambda lines: _dropped(service, lines), lost=DROPPED.labels(service).inc
    )
    before = _before_rendering(service, readable=readable)
    structlog.configure(
        processors=[*before, _Renderer(readable=readable)],
        wrapper_class=structlog.make_filtering_bound_logger(_number(level)),
        logger_factory=lambda *_: _Out(writer),
        cache_logger_on_first_use=False,
    )
    _route_stdlib(writer, before, level, readable=readable)
    return writer


def _before_rendering(service: str, *, readable: bool) -> list[Processor]:
    def add_service(_: WrappedLogger, __: str, line: EventDict) -> EventDict:
        line["service"] = service
        return line

    return [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        add_service,
        structlog.processors.TimeStamper(fmt="%H:%M:%S" if readable else "iso", utc=not readable, key="time"),
        _exceptions,
        _remedies,
    ]


def _exceptions(_: WrappedLogger, __: str, line: EventDict) -> EventDict:
    given = line.pop("exc_info", None)
    error = given if isinstance(given, BaseException) else None
    if given and error is None:
        error = (given if isinstance(given, tuple) else sys.exc_info())[1]
    if error is not None:
        line["exception"] = without_people(error)
        line.update(_mended(remedy_of(error)))
    return line


def _remedies(_: WrappedLogger, __: str, line: EventDict) -> EventDict:
    """Whatever names an error whose cause is known says what mends it."""
    name = line.get("error")
    if isinstance(name, str):
        line.update(_mended(remedy_named(name)))
    return line


def _mended(known: Remedy | None) -> dict[str, str]:
    return {"reason": known.reason, "remedy": known.remedy} if known else {}


class _Renderer:
    """The last step: one line of bytes."""

    def __init__(self, *, readable: bool) -> None:
        self._console = structlog.dev.ConsoleRenderer(timestamp_key="time") if readable else None

    def __call__(self, logger: WrappedLogger, name: str, line: MutableMapping[str, Any]) -> bytes:
        if self._console is None:
            return orjson.dumps(line, default=str, option=orjson.OPT_APPEND_NEWLINE)
        trace = line.pop("exception", ())
        text = self._console(logger, name, line)
        return "\n".join([text, *trace, ""]).encode()


class _Out:
    """The innermost logger of structlog: all levels are the same descriptor."""

    def __init__(self, writer: LineWriter) -> None:
        self._writer = writer

    def _write(self, line: bytes) -> None:
        self._writer.write(line)

    debug = info = warning = error = critical = exception = log = msg = _write


class _Stdlib(logging.Handler):
    """Carries a record of stdlib logging through structlog's processors."""

    def __init__(self, writer: LineWriter, processors: list[Processor]) -> None:
        super().__init__()
        self._writer = writer
        self._processors = processors

    def emit(self, record: logging.LogRecord) -> None:
        line: Any = {"event": "library_said", "logger": record.name, "text": record.getMessage()}
        line |= {"exc_info": record.exc_info} if record.exc_info else {}
        for processor in self._processors:
            line = processor(None, record.levelname.lower(), line)
        self._writer.write(cast(bytes, line))


def _route_stdlib(writer: LineWriter, before: list[Processor], level: LogLevel, *, readable: bool) -> None:
    root = logging.getLogger()
    root.handlers = [_Stdlib(writer, [*before, _Renderer(readable=readable)])]
    root.setLevel(_number(level))
    for name in QUIET_LIBRARIES:
        library = logging.getLogger(name)
        library.handlers = []
        library.propagate = True
        library.setLevel(max(logging.WARNING, _number(level)))


def _readable(log_format: LogFormat, descriptor: int) -> bool:
    return log_format is LogFormat.CONSOLE or (log_format is LogFormat.AUTO and os.isatty(descriptor))


def _number(level: LogLevel) -> int:
    return logging.getLevelNamesMapping()[level.upper()]


def _dropped(service: str, lines: int) -> bytes:
    line = {"event": "log_lines_dropped", "level": "warning", "service": service, "lines": lines}
    line |= _mended(remedy_for("logs_unread"))
    return orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE)
