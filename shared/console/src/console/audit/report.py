"""What the audit found: a line for each thing that must be conserved, with whoever offends against it."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

#: Name → what it says when nobody offends. The order is that of the table.
LINES: Mapping[str, str] = {
    "places": "each application is in one place, in every service, and its events say why",
    "told": "each event told is on its topic, and nothing is there that nobody told",
    "once": "nothing was decided and told a second time under another id",
    "order": "each family's events are on each topic in the order in which they were told",
    "settled": "each event was settled by each service that hears it, or is on its way",
    "timeline": "the citizen's timeline has each event that is news of the case once",
    "quota": "quota = reserved + issued + free, as the events say, at no moment oversold",
    "waiting": "the waiting list moves in its order, and no place stands free that its first could take",
    "checks": "each check has the answer that was told, and the verdict follows when all have one",
    "certificates": "one certificate a family that may have one, numbered without a gap",
    "payments": "each home is answered, one is paid for, never above the cap or the price",
    "referrals": "each referral has one state, and a reply that was its cause",
    "messages": "each decision was written once on each channel, and each message has one state",
    "waits": "whatever waits has something that will wake it",
    "parked": "nothing parked is older than its alarm without anybody having looked",
    "due": "nothing due is later than its alarm",
}
#: More offenders than these are counted only.
KEPT = 1_000
#: Characters said of one offender, about.
LONGEST = 500


@dataclass(slots=True)
class Line:
    """`examined` are counted whether right or wrong; `notes` count what is worth knowing and no fault."""

    examined: int = 0
    wrong: int = 0
    offenders: dict[str, str] = field(default_factory=dict)
    notes: Counter[str] = field(default_factory=Counter)

    def check(self, right: bool, offender: object, what: str) -> None:
        """One more examined; `what` says what is wrong with it if it is not right."""
        self.examined += 1
        if not right:
            self.fault(offender, what)

    def fault(self, offender: object, what: str) -> None:
        """Whoever offends twice is one offender, with two sentences."""
        name = str(offender)
        before = self.offenders.get(name)
        self.wrong += before is None
        if before is not None:
            self.offenders[name] = before if len(before) > LONGEST else f"{before}; {what}"
        elif len(self.offenders) < KEPT:
            self.offenders[name] = what

    def add(self, other: "Line") -> None:
        """What another process found of other families."""
        self.examined += other.examined
        self.notes.update(other.notes)
        for offender, what in other.offenders.items():
            self.fault(offender, what)
        self.wrong += other.wrong - len(other.offenders)


@dataclass(slots=True)
class Report:
    """All lines; `in_flight` events were told and are not yet settled everywhere."""

    lines: Mapping[str, Line] = field(default_factory=lambda: {name: Line() for name in LINES})
    in_flight: int = 0

    def __getitem__(self, name: str) -> Line:
        return self.lines[name]

    @property
    def clean(self) -> bool:
        return not any(line.wrong for line in self.lines.values())

    @property
    def verdict(self) -> str:
        examined = sum(line.examined for line in self.lines.values())
        if self.clean:
            return f"audit: nothing is lost, doubled or oversold ({examined:,} things compared)"
        return "audit: the books do not agree"

    @property
    def wrong(self) -> Sequence[str]:
        """A sentence for each offender."""
        return list(self._sentences())

    def _sentences(self) -> Iterator[str]:
        for name, line in self.lines.items():
            for offender, what in line.offenders.items():
                yield f"{name}: {offender} {what}"
            if line.wrong > len(line.offenders):
                yield f"{name}: and {line.wrong - len(line.offenders)} more"

    def add(self, other: "Report") -> None:
        """What another process found."""
        self.in_flight += other.in_flight
        for name, line in self.lines.items():
            line.add(other.lines[name])

    def seen_again(self, other: "Report") -> "Report":
        """This report without whatever was wrong for a moment only: `other` looked at another one."""
        for name, line in self.lines.items():
            before = other.lines[name].offenders
            line.offenders = {who: what for who, what in line.offenders.items() if who in before}
            line.wrong = len(line.offenders)
        return self

    def as_json(self) -> dict[str, Any]:
        return {
            "clean": self.clean,
            "in_flight": self.in_flight,
            "lines": [_line(name, line) for name, line in self.lines.items()],
        }


def _line(name: str, line: Line) -> dict[str, Any]:
    return {
        "line": name,
        "says": LINES[name],
        "examined": line.examined,
        "wrong": line.wrong,
        "offenders": [{"id": who, "what": what} for who, what in line.offenders.items()],
        "notes": dict(line.notes),
    }
