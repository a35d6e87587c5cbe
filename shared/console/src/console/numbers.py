"""What a process says of itself at `/metrics`, as far as `qonys status` shows it."""

from dataclasses import dataclass

from prometheus_client.parser import text_string_to_metric_families


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbers:
    """None where a process has no such queue, as a relay or the sandbox."""

    lag: int | None = None  # records not yet consumed
    untold: int | None = None  # events that the broker has not acknowledged
    untold_seconds: int | None = None  # age of the oldest of them
    parked: int | None = None
    targets: tuple[str, ...] = ()  # that it calls
    held_back: tuple[str, ...] = ()  # those of them whose breaker is open
    registers: tuple[str, ...] = ()  # that it asks, by the gateway's names
    silent: tuple[str, ...] = ()  # those of them that did not answer last time


def read(text: str) -> Numbers:
    """The numbers in the text of `/metrics`; whatever it says besides is left out."""
    samples = [one for family in text_string_to_metric_families(text) for one in family.samples]

    def total(name: str) -> int | None:
        values = [one.value for one in samples if one.name == name]
        return int(sum(values)) if values else None

    def named(name: str, label: str, *, least: float = 0) -> tuple[str, ...]:
        return tuple(sorted(one.labels[label] for one in samples if one.name == name and one.value >= least))

    return Numbers(
        lag=total("qonys_consumer_lag"),
        untold=total("qonys_outbox_untold"),
        untold_seconds=total("qonys_outbox_oldest_seconds"),
        parked=total("qonys_parked"),
        targets=named("qonys_breaker_open", "target"),
        held_back=named("qonys_breaker_open", "target", least=1),
        registers=named("qonys_register_silent", "service_id"),
        silent=named("qonys_register_silent", "service_id", least=1),
    )
