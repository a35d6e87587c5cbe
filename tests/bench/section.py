"""A section of the bench: what was measured, as a table and as figures, and what of it must hold."""

import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from rich.table import Table

Say = Callable[[str], None]


@dataclass(frozen=True)
class Bound:
    """`found` must reach `asked`, or stay below it when less is better."""

    says: str
    found: float
    asked: float
    less_is_better: bool = False
    holds: bool = field(init=False)

    def __post_init__(self) -> None:
        holds = self.found < self.asked if self.less_is_better else self.found >= self.asked
        object.__setattr__(self, "holds", holds)

    def __str__(self) -> str:
        mark, sign = "✓" if self.holds else "✗ MISSED", "<" if self.less_is_better else "≥"
        return f"{mark} {self.says}: {self.found:,.2f}, asked {sign} {self.asked:g}"


@dataclass(frozen=True)
class Section:
    """`figures` are for JSON."""

    tables: Sequence[Table]
    bounds: Sequence[Bound]
    figures: Any


def percentile(ordered: Sequence[float], percent: int) -> float:
    """The value that so many percent of them do not exceed."""
    return ordered[min(len(ordered) - 1, len(ordered) * percent // 100)]


def spread(ordered: Sequence[float]) -> str:
    return f"p50 {percentile(ordered, 50):.0f} ms, p99 {percentile(ordered, 99):.0f} ms"


def quantiles(ordered: Sequence[float]) -> Mapping[str, float]:
    return {str(percent): percentile(ordered, percent) for percent in (50, 90, 99)}


def cpu_words(used: Mapping[str, float], *, unit: str) -> str:
    """Whose CPU, the most first; what is too little to show is left out."""
    shown = sorted(((value, name) for name, value in used.items() if value >= 0.05), reverse=True)
    return f"{sum(used.values()):.1f} {unit}: " + ", ".join(f"{name} {value:.1f}" for value, name in shown)


def median_cpu(runs: Sequence[Mapping[str, float]]) -> Mapping[str, float]:
    return {name: statistics.median(run[name] for run in runs) for name in runs[0]}
