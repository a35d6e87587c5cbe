"""What `qonys status` concludes: all well, or what is wrong and what to type."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from console.layout import Stack, typed
from console.processes import Line

#: As in deploy/prometheus/rules.yml.
LATE_SECONDS = 30
FAR_BEHIND = 10_000

WELL = frozenset({"up", "ready"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Remedies:
    """What to type, with `{}` for a process."""

    down: str
    warnings: str
    parked: str


def remedies(stack: Stack) -> Remedies:
    """As this stack is run."""
    parked = typed("qonys parked list", stack.folder)
    if stack.secrets is not None:
        up = "docker compose --profile sandbox up --detach --wait"
        return Remedies(down=up, warnings="docker compose logs --tail 50 {}", parked=parked)
    # Whoever keeps the stack running starts what died again: why it died is what a person wants to know.
    return Remedies(
        down=typed("qonys logs {}", stack.folder),
        warnings=typed("qonys logs {} --level warning", stack.folder),
        parked=parked,
    )


def troubles(lines: Sequence[Line], remedy: Remedies) -> list[str]:
    """A sentence for each trouble, with its remedy after a colon; none when all is well."""
    said = [
        sentence for line in lines for sentence in (*_of_process(line, remedy), *_of_service(line, remedy))
    ]
    return list(dict.fromkeys(said))  # instances of one service say the same of it


def _of_process(line: Line, remedy: Remedies) -> Iterator[str]:
    if line.state == "down":
        yield f"{line.name} is down: {remedy.down.format(line.service)}"
    elif line.state not in WELL:
        yield f"{line.name} is not ready ({line.state}): {remedy.warnings.format(line.service)}"
    if (line.numbers.lag or 0) > FAR_BEHIND:
        yield f"{line.name} is {line.numbers.lag:,} records behind: {remedy.warnings.format(line.service)}"


def _of_service(line: Line, remedy: Remedies) -> Iterator[str]:
    service, numbers, warnings = line.service, line.numbers, remedy.warnings.format(line.service)
    if numbers.parked:
        wait = "message waits" if numbers.parked == 1 else "messages wait"
        yield f"{numbers.parked} {wait} for a person in {service}: {remedy.parked}"
    if (numbers.untold_seconds or 0) > LATE_SECONDS:
        relay = remedy.warnings.format(f"{service}-relay")
        yield f"{service} decided {numbers.untold_seconds} s ago what nobody has heard yet: {relay}"
    for target in numbers.held_back:
        yield f"{service} holds calls to {target} back until it answers: {warnings}"
    for register in numbers.silent:
        yield f"the register {register} is silent, its cases wait and it is asked again: {warnings}"
