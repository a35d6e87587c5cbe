"""What must hold: each bound with what was found, so that a miss names itself."""

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

SHARE_OF_RAW = 0.6
TIMES_NAIVE = 40.0
CERTIFICATE_P99_MS = 250.0


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


def throughput_bounds(rates: Mapping[str, float]) -> Sequence[Bound]:
    """`rates`: events a second by pipeline."""
    return [
        Bound("kernel, share of the raw pipeline", rates["kernel"] / rates["raw"], SHARE_OF_RAW),
        Bound("kernel, times the naive service", rates["kernel"] / rates["naive"], TIMES_NAIVE),
    ]


def latency_bounds(rounds: Sequence[Sequence[float]]) -> Sequence[Bound]:
    """`rounds`: of each, the milliseconds from submission to certificate, sorted."""
    p99 = statistics.median(percentile(milliseconds, 99) for milliseconds in rounds)
    return [Bound("submission to certificate, p99 in ms", p99, CERTIFICATE_P99_MS, less_is_better=True)]


def percentile(ordered: Sequence[float], percent: int) -> float:
    """The value that so many percent of them do not exceed."""
    return ordered[min(len(ordered) - 1, len(ordered) * percent // 100)]
