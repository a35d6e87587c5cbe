"""What the kernel measures, as Prometheus sees it."""

from collections import Counter as Tally
from collections.abc import Sequence

from prometheus_client import Counter, Gauge, Histogram

from messaging.arrival import Arrival, Outcome

MESSAGES = Counter("qonys_messages_total", "Messages settled", ["service", "edge", "name", "outcome"])
BATCH_SIZE = Histogram(
    "qonys_batch_messages",
    "Messages in one transaction",
    ["service", "edge"],
    buckets=(1, 5, 20, 50, 100, 250, 500, 1000),
)
BATCH_SECONDS = Histogram(
    "qonys_batch_seconds",
    "Time of one transaction",
    ["service", "edge"],
    buckets=(0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 1, 5),
)
HOP_SECONDS = Histogram(
    "qonys_hop_seconds",
    "From an event's time to its decision here",
    ["service"],
    buckets=(0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 5, 30, 300),
)
REFUSED = Counter("qonys_requests_refused_total", "Requests refused because too many wait", ["service"])
SWEPT = Counter("qonys_swept_rows_total", "Rows dropped because their time is over", ["service", "table"])
SKIPPED = Counter("qonys_skipped_total", "Events that nobody here hears", ["service", "why"])
LAG = Gauge("qonys_consumer_lag", "Records not yet consumed", ["service", "topic", "partition"])
OUTBOX_DEPTH = Gauge("qonys_outbox_untold", "Outbox rows that the broker has not acknowledged", ["service"])
OUTBOX_AGE = Gauge("qonys_outbox_oldest_seconds", "Age of the oldest of them", ["service"])
TOLD = Counter("qonys_told_total", "Events acknowledged by the broker", ["service", "topic"])
PARKED = Gauge("qonys_parked", "Parked messages", ["service", "state"])
PARKED_AGE = Gauge("qonys_parked_oldest_seconds", "Age of the oldest parked message", ["service"])
ASKS = Counter("qonys_asks_total", "Calls to the outside", ["service", "target", "outcome"])
ASK_SECONDS = Histogram("qonys_ask_seconds", "Time of one call to the outside", ["service", "target"])
DUE = Gauge("qonys_due", "Due rows not settled", ["service", "kind", "target"])
DUE_LATE = Gauge("qonys_due_late_seconds", "How late the latest due row is", ["service", "kind", "target"])
BREAKER = Gauge("qonys_breaker_open", "1 while calls to the target are held back", ["service", "target"])


def settled(service: str, arrivals: Sequence[Arrival], outcomes: Sequence[Outcome], seconds: float) -> None:
    """Counts one transaction; the labels are looked up once for each kind, not for each message."""
    edge = arrivals[0].edge
    tally = Tally(zip((a.name for a in arrivals), (o.fate for o in outcomes), strict=True))
    for (name, fate), count in tally.items():
        MESSAGES.labels(service, edge, name, fate).inc(count)
    BATCH_SIZE.labels(service, edge).observe(len(arrivals))
    BATCH_SECONDS.labels(service, edge).observe(seconds)
