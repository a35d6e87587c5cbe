"""What `qonys status` concludes: all well, or what is wrong and what to type."""

from collections.abc import Iterator, Sequence

from console.numbers import Numbers

#: As in deploy/prometheus/rules.yml.
LATE_SECONDS = 30
FAR_BEHIND = 10_000

WELL = frozenset({"up", "ready"})


def troubles(processes: Sequence[tuple[str, str, Numbers]]) -> list[str]:
    """A sentence for each trouble, with its remedy after a colon; none when all is well.

    Each process comes with its name, its state and its numbers.
    """
    return [said for name, state, numbers in processes for said in _of(name, state, numbers)]


def _of(name: str, state: str, numbers: Numbers) -> Iterator[str]:
    warnings = f"qonys logs {name} --level warning"
    if state == "down":
        yield f"{name} is down: qonys up"
    elif state not in WELL:
        yield f"{name} is not ready ({state}): {warnings}"
    if numbers.parked:
        yield f"{numbers.parked} messages of {name} wait for a person: qonys parked list"
    if (numbers.untold_seconds or 0) > LATE_SECONDS:
        yield (
            f"{name} decided {numbers.untold_seconds} s ago what nobody has heard yet: "
            f"qonys logs {name}-relay --level warning"
        )
    if (numbers.lag or 0) > FAR_BEHIND:
        yield f"{name} is {numbers.lag:,} records behind: {warnings}"
    for target in numbers.held_back:
        yield f"{name} holds calls to {target} back until it answers: {warnings}"
    for register in numbers.silent:
        yield f"the register {register} is silent, its cases wait and it is asked again: {warnings}"
