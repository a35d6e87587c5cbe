"""How an exception is written into a log line: where it happened and of what kind, without personal data.

Messages of exceptions quote values (`Key (iin)=(…) already exists`), so only those are kept
that by their kind speak of programs and machines, never of people.
"""

import traceback
from types import TracebackType

from asyncpg import PostgresError

_SPEAKS_OF_MACHINES = (OSError, ImportError, AttributeError, NameError, TypeError)

ExceptionInfo = tuple[type[BaseException], BaseException, TracebackType | None]


def without_people(error: BaseException) -> list[str]:
    """The exception and its causes, outermost first, each as its kind followed by its frames."""
    lines: list[str] = []
    seen: set[int] = set()
    next_error: BaseException | None = error
    while next_error is not None and id(next_error) not in seen:
        seen.add(id(next_error))
        lines += [_said(next_error), *_frames(next_error.__traceback__)]
        next_error = next_error.__cause__ or _context(next_error)
    return lines


def _said(error: BaseException) -> str:
    kind = f"{type(error).__module__}.{type(error).__qualname__}".removeprefix("builtins.")
    if isinstance(error, PostgresError):
        constraint = getattr(error, "constraint_name", None)
        return f"{kind}: sqlstate {error.sqlstate}" + (f", constraint {constraint}" if constraint else "")
    if isinstance(error, BaseExceptionGroup):
        return f"{kind}: {', '.join(_said(one) for one in error.exceptions)}"
    return f"{kind}: {error}" if isinstance(error, _SPEAKS_OF_MACHINES) else kind


def _frames(trace: TracebackType | None) -> list[str]:
    return [f"  {frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(trace)]


def _context(error: BaseException) -> BaseException | None:
    return None if error.__suppress_context__ else error.__context__
