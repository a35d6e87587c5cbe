"""The metrics that the code makes, read from its syntax trees."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from architecture.workspace import sources

KINDS = {"Counter": "counter", "Gauge": "gauge", "Histogram": "histogram"}


@dataclass(frozen=True, order=True)
class Metric:
    """One metric: its name, its type, the names of its labels."""

    name: str
    kind: str
    labels: tuple[str, ...]

    @property
    def series(self) -> set[str]:
        """The names that an expression may ask Prometheus for."""
        if self.kind == "histogram":
            return {f"{self.name}_{part}" for part in ("bucket", "sum", "count")}
        return {self.name}


@cache
def metrics() -> frozenset[Metric]:
    """Every metric of every package that ships."""
    return frozenset(
        metric
        for file in sources()
        for node in ast.walk(ast.parse(file.read_text(), str(file)))
        for metric in _made_by(node)
    )


def asked_for(expression: str) -> set[str]:
    """The metrics of ours that an expression of Prometheus names."""
    return set(re.findall(r"\bqonys_[a-z_]+\b", expression))


def _made_by(node: ast.AST) -> Iterator[Metric]:
    match node:
        case ast.Call(
            func=ast.Name(id=kind), args=[ast.Constant(value=str(name)), _, ast.List(elts=labels)]
        ) if kind in KINDS:
            yield Metric(name, KINDS[kind], tuple(str(ast.literal_eval(label)) for label in labels))
