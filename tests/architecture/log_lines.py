"""The log lines that the code can say, read from its syntax trees."""

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from architecture.workspace import sources

LEVELS = ("debug", "info", "warning", "error", "exception", "critical")
#: Keys of a line that are no fields of its own.
COMMON = frozenset({"event", "level", "service"})


@dataclass(frozen=True, order=True)
class Line:
    """One log line: its name, its level, the names of its fields."""

    name: str
    level: str
    fields: tuple[str, ...]


@cache
def lines() -> frozenset[Line]:
    """Every line of every package that ships."""
    return frozenset(line for file in sources() for line in _lines_of(file))


def loggers() -> set[str]:
    """Every name that a logger of structlog is bound to."""
    return {
        ast.unparse(node.targets[0])
        for file in sources()
        for node in ast.walk(ast.parse(file.read_text(), str(file)))
        if isinstance(node, ast.Assign) and ast.unparse(node.value).startswith("structlog.get_logger")
    }


def _lines_of(file: Path) -> Iterator[Line]:
    for node in ast.walk(ast.parse(file.read_text(), str(file))):
        match node:
            case ast.Call(func=ast.Attribute(value=ast.Name(id="log"), attr=level)) if level in LEVELS:
                fields = _sorted(_field(keyword.arg) for keyword in node.keywords)
                yield from (Line(name, level, fields) for name in _names(node.args[0]))
            case ast.Dict():
                yield from _written_out(node, file)


def _names(node: ast.expr) -> list[str]:
    """The name of a line, or both where one of two is chosen."""
    match node:
        case ast.Constant(value=str(name)):
            return [name]
        case ast.IfExp(body=one, orelse=other):
            return [*_names(one), *_names(other)]
    raise ValueError(f"a log line's name must be written out, not computed: {ast.unparse(node)}")


def _written_out(node: ast.Dict, file: Path) -> Iterator[Line]:
    """Lines made around structlog, in `chassis.logs`: those of libraries, and the one about lost lines."""
    keys = [key.value if isinstance(key, ast.Constant) else None for key in node.keys]
    given = dict(zip(keys, node.values, strict=True))
    if file.name == "logs.py" and "event" in given:
        [name] = _names(given["event"])
        level = _names(given["level"])[0] if "level" in given else "any"
        yield Line(name, level, _sorted(str(key) for key in given if key not in COMMON))


def _field(argument: str | None) -> str:
    if argument is None:
        raise ValueError("a log line's fields must be written out, not unpacked")
    return {"exc_info": "exception"}.get(argument, argument)


def _sorted(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(names))
